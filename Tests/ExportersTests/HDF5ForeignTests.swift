import CHDF5
import ConvertFiles
import Exporters
import TestSupport
import Testing

/// Files of other programs, and our own with something added, are refused with a reason that names it.
@Suite struct HDF5ForeignTests {
    let folder = Fixtures.temporaryFolder()

    private func attribute(_ name: String, in object: hid_t) {
        let type = chdf5_new_type(CHDF5_INT64)
        let space = H5Screate(H5S_SCALAR)
        H5Aclose(H5Acreate2(object, name, type, space, chdf5_default(), chdf5_default()))
        H5Sclose(space)
        H5Tclose(type)
    }

    private func dataset(_ path: String, in file: hid_t, sizes: [hsize_t] = [4], properties: hid_t? = nil) {
        let type = chdf5_new_type(CHDF5_FLOAT32)
        let space = H5Screate_simple(Int32(sizes.count), sizes, nil)
        let made = H5Dcreate2(file, path, type, space, chdf5_default(), properties ?? chdf5_default(), chdf5_default())
        #expect(made >= 0, "\(path)")
        H5Dclose(made)
        H5Sclose(space)
        H5Tclose(type)
    }

    /// The error from opening a file that `body` creates from scratch.
    private func refusalOfNew(_ body: (hid_t) -> Void) -> String {
        let path = "\(folder)/foreign.h5"
        chdf5_enter()
        let file = H5Fcreate(path, chdf5_truncate(), chdf5_default(), chdf5_default())
        body(file)
        H5Fclose(file)
        chdf5_leave()
        return refusal(path)
    }

    /// The error from opening one of our files after `body` changed it.
    private func refusalOfOurs(_ names: [String] = ["a.w", "a.v"], after body: (hid_t) -> Void) throws -> String {
        let path = "\(folder)/ours.h5"
        try HDF5Trip.write(.weights(try HDF5Trip.weights(names)), to: path)
        chdf5_enter()
        let file = H5Fopen(path, 1, chdf5_default())
        #expect(file >= 0)
        body(file)
        H5Fclose(file)
        chdf5_leave()
        return refusal(path)
    }

    private func refusal(_ path: String) -> String {
        do {
            _ = try FormatRegistry.open(path)
            return "none"
        } catch {
            return "\(error)"
        }
    }

    @Test(
        "Files of other programs are refused by name",
        arguments: [
            ("keras_version", "Keras"), ("layer_names", "Keras"), ("PYTABLES_FORMAT_VERSION", "PyTables"), ("_NCProperties", "netCDF"),
            ("anything", "another program's"),
        ])
    func otherProgramsAreNamed(_ name: String, _ what: String) {
        let refusal = refusalOfNew({ attribute(name, in: $0) })
        #expect(refusal.contains(what) && refusal.contains("give the PyTorch checkpoint"), "\(refusal)")
    }

    @Test("A later Keras is recognized by its groups") func aLaterKerasIsNamedByItsGroups() {
        #expect(refusalOfNew({ dataset("_layer_checkpoint_dependencies", in: $0) }).contains("Keras"))
    }

    @Test("A newer layout version is refused") func aNewerVersionOfTheLayoutIsRefused() throws {
        let refusal = try refusalOfOurs { file in
            let attribute = H5Aopen(file, "format_version", chdf5_default())
            let type = H5Aget_type(attribute)
            var version: Int64 = 2
            H5Awrite(attribute, type, &version)
            H5Tclose(type)
            H5Aclose(attribute)
        }
        #expect(refusal.contains("format_version is 2") && refusal.contains("newer convert"), "\(refusal)")
    }

    @Test("Links that are not hard links are refused") func linksThatAreNotHardAreRefused() throws {
        #expect(
            try refusalOfOurs { H5Lcreate_soft("/a/w", $0, "/a/soft", chdf5_default(), chdf5_default()) }.contains("soft or external link"))
        #expect(
            try refusalOfOurs {
                H5Ldelete($0, "/a/w", chdf5_default())
                H5Lcreate_external("/etc/passwd", "/", $0, "/a/w", chdf5_default(), chdf5_default())
            }.contains("soft or external link"))
        #expect(
            try refusalOfOurs {
                H5Ldelete($0, "/__convert__/keys", chdf5_default())
                H5Lcreate_soft("/a/w", $0, "/__convert__/keys", chdf5_default(), chdf5_default())
            }.contains("missing"))
    }

    @Test("Unlisted objects are refused, and listed ones must exist") func whatIsNotListedIsRefusedAndWhatIsListedMustBeThere() throws {
        #expect(try refusalOfOurs { dataset("/a/more", in: $0) }.contains("/a/more: it is not in the list"))
        #expect(
            try refusalOfOurs { H5Gclose(H5Gcreate2($0, "/more", chdf5_default(), chdf5_default(), chdf5_default())) }.contains("/more"))
        #expect(try refusalOfOurs { H5Ldelete($0, "/a/w", chdf5_default()) }.contains("/a/w: it is listed but missing"))
        #expect(
            try refusalOfOurs { file in
                for name in 0..<20 { dataset("/a/more\(name)", in: file) }
            }.contains("not in the list"))
    }

    @Test("A group inside itself does not hang the reader") func aGroupInsideItselfEnds() throws {
        let refusal = try refusalOfOurs(["a.b.w", "a.v"]) {
            H5Ldelete($0, "/a/b", chdf5_default())
            H5Lcreate_hard($0, "/a", $0, "/a/b", chdf5_default(), chdf5_default())
        }
        #expect(refusal.contains("two paths"), "\(refusal)")
    }

    @Test("A group in place of a dataset is refused") func aGroupWhereADatasetShouldBeIsRefused() throws {
        let refusal = try refusalOfOurs {
            H5Ldelete($0, "/a/w", chdf5_default())
            H5Gclose(H5Gcreate2($0, "/a/w", chdf5_default(), chdf5_default(), chdf5_default()))
        }
        #expect(refusal.contains("/a/w"), "\(refusal)")
    }

    @Test("Datasets with other layouts are refused") func datasetsOfOtherLayoutsAreRefused() throws {
        func replaced(sizes: [hsize_t] = [4], _ prepare: (hid_t) -> Void) throws -> String {
            try refusalOfOurs { file in
                H5Ldelete(file, "/a/w", chdf5_default())
                let properties = H5Pcreate(chdf5_class_dataset_create())
                prepare(properties)
                dataset("/a/w", in: file, sizes: sizes, properties: properties)
                H5Pclose(properties)
            }
        }
        #expect(try replaced { H5Pset_layout($0, H5D_COMPACT) }.contains("neither contiguous nor chunked"))
        #expect(try replaced { H5Pset_external($0, "/etc/passwd", 0, 16) }.contains("another file"))
        // Never written, so it has no offset: reading it as zeros would invent a tensor.
        #expect(try replaced { H5Pset_alloc_time($0, H5D_ALLOC_TIME_LATE) }.contains("/a/w"))
        #expect(
            try replaced {
                H5Pset_chunk($0, 1, [4]); H5Pset_scaleoffset($0, H5Z_SO_INT, 0)
            }.contains("/a/w"))
        #expect(try replaced(sizes: [1 << 40]) { H5Pset_chunk($0, 1, [1 << 10]) }.contains("expand"))
        #expect(try replaced(sizes: [1 << 22]) { H5Pset_chunk($0, 1, [1 << 22]) }.contains("more than"))
        #expect(try replaced(sizes: [1 << 60]) { H5Pset_alloc_time($0, H5D_ALLOC_TIME_LATE) }.contains("/a/w"))
        // A missing chunk is reported when it is read.
        _ = try replaced(sizes: [64]) { H5Pset_chunk($0, 1, [16]) }
        let opened = try FormatRegistry.open("\(folder)/ours.h5")
        #expect(throws: HDF5Error.self) { try opened.weights?["a.w"]?.storage.bytes() }
    }
}
