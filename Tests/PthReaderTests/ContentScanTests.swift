import ConvertFiles
import PthReader
import TestSupport
import Testing

/// Every entry of every archive is judged by its contents, whatever its name and packing.
@Suite struct ContentScanTests {
    /// The same call in each protocol: with a PROTO opcode, without one, and with a frame first.
    static let payloads: [(name: String, bytes: [UInt8])] = [
        ("protocol 4", PickleBytes.dangerous), ("protocol 0", Array("cos\nsystem\n(S'true'\ntR.".utf8)),
        ("protocol 0, instance", Array("(S'true'\nios\nsystem\n.".utf8)), ("protocol 1", PickleBytes.call("os", "system", "true") + [0x2E]),
        ("frame first", [0x95, 24, 0, 0, 0, 0, 0, 0, 0] + PickleBytes.call("os", "system", "true") + [0x2E]),
        (
            "names apart",
            [0x80, 4] + PickleBytes.text("os") + PickleBytes.text("system") + [0x93] + PickleBytes.text("true") + [0x85, 0x52, 0x2E]
        ),
        ("no STOP", PickleBytes.call("os", "system", "true")), ("broken behind", PickleBytes.call("os", "system", "true") + [0xFF, 0xFF]),
    ]
    static let torch: [(name: String, contents: [UInt8])] = [
        ("archive/data.pkl", PickleBytes.emptyDictionary), ("archive/version", Array("3\n".utf8)),
    ]

    private func scan(_ bytes: [UInt8]) throws -> SafetyScan {
        let path = "\(Fixtures.temporaryFolder())/file"
        Fixtures.write(bytes, to: path)
        return SafetyScan(try MappedFile(path: path))
    }

    /// A `.npy` file of one element, with these bytes after its header.
    private func array(_ descr: String, _ elements: [UInt8]) -> [UInt8] {
        let header = Array("{'descr': \(descr), 'fortran_order': False, 'shape': (1,), }\n".utf8)
        return [0x93] + Array("NUMPY".utf8) + [1, 0] + ArchiveBytes.little(UInt16(header.count)) + header + elements
    }

    @Test(
        "A dangerous pickle is found under any entry name", arguments: payloads,
        [
            "archive/extra", "archive/notes.txt", "archive/data/0", "archive/data/payload", "archive/.data/x",
            "__MACOSX/archive/._data.pkl", "model.ckpt",
        ])
    func aPickleIsFoundUnderAnyName(_ payload: (name: String, bytes: [UInt8]), _ entry: String) throws {
        for entries in [ContentScanTests.torch + [(entry, payload.bytes)], [(entry, payload.bytes)]] {
            let scan = try scan(ArchiveBytes.zip(entries))
            #expect(scan.verdict == .dangerous, "\(payload.name) in \(entry): \(scan.obstacles)")
            #expect(scan.dangers == ["os.system"])
        }
    }

    @Test("A dangerous pickle is found however it is packed", arguments: payloads)
    func aPickleIsFoundHoweverItIsPacked(_ payload: (name: String, bytes: [UInt8])) throws {
        let zip = ArchiveBytes.zip([("x", payload.bytes)])
        let tar = ArchiveBytes.tar([("x", payload.bytes, "0")])
        for (what, bytes) in [
            ("zip", zip), ("tar", tar), ("gzip", ArchiveBytes.gzip(payload.bytes)), ("zlib", ArchiveBytes.zlib(payload.bytes)),
            ("array", array("'|O'", payload.bytes)), ("array with fields", array("[('a', '<f4'), ('b', '|O')]", payload.bytes)),
            ("zip in zip", ArchiveBytes.zip([("y", zip)])),
            ("gzip in tar", ArchiveBytes.tar([("y", ArchiveBytes.gzip(payload.bytes), "0")])),
            ("tar in gzip", ArchiveBytes.gzip(tar)), ("array in zip", ArchiveBytes.zip([("a.npy", array("'|O'", payload.bytes))])),
            ("packed array", ArchiveBytes.zip([("a", ArchiveBytes.zlib(array("\"O\"", payload.bytes)))])),
        ] {
            #expect(try scan(bytes).verdict == .dangerous, "\(what)")
            let inside = ArchiveBytes.zip(ContentScanTests.torch + [("archive/extra/file.bin", bytes)])
            #expect(try scan(inside).verdict == .dangerous, "\(what) in a checkpoint")
        }
    }

    @Test("A scan of archives nested too deep is not complete")
    func nestingPastTheDepthIsNotComplete() throws {
        var bytes = ArchiveBytes.zip([("x", PickleBytes.dangerous)])
        for _ in 0..<SafetyScan.deepest - 2 { bytes = ArchiveBytes.zip([("x", bytes)]) }
        #expect(try scan(bytes).verdict == .dangerous)
        for _ in 0..<3 { bytes = ArchiveBytes.zip([("x", bytes)]) }
        #expect(try !scan(bytes).isComplete)
    }

    @Test(
        "Data in unsupported compression is named, and the scan is not complete",
        arguments: [
            ("bzip2", Array("BZh91AY&SY".utf8)), ("xz", [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0]), ("7z", [0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C]),
            ("Zstandard", [0x28, 0xB5, 0x2F, 0xFD]), ("RAR", Array("Rar!\u{1A}\u{7}".utf8)),
        ] as [(String, [UInt8])])
    func whatIsPackedByOthersIsNamedAndNotComplete(_ name: String, _ bytes: [UInt8]) throws {
        let scan = try scan(ArchiveBytes.zip(ContentScanTests.torch + [("archive/x", bytes + [1, 2, 3])]))
        #expect(!scan.isComplete && scan.verdict == .unknown)
        #expect(scan.obstacles.contains { $0.contains(name) }, "\(scan.obstacles)")
    }

    /// Text and numbers whose first bytes are opcodes.
    @Test(
        "Text whose first bytes are opcodes raises no alarm",
        arguments: [
            "no pickle: a note about this file.\n", "N.", "(see above).", "cat\ndog\nelephant\n", "clean\nup\nthe room.\n",
            "I am a text.\n",
            "Version 1\n", "import os\nos.system('x')\n", "{\"a\": 1}", "S'quoted'\n", "", "x\u{1}",
        ])
    func aTextThatBeginsLikeAnOpcodeIsNoAlarm(_ text: String) throws {
        let scan = try scan(ArchiveBytes.zip(ContentScanTests.torch + [("archive/extra/note", Array(text.utf8))]))
        #expect(scan.isCleared, "\(text): \(scan.obstacles) \(scan.findings)")
    }

    @Test("Arrays of numbers are not pickles, whatever their bytes")
    func numbersAreNoPicklesWhateverTheirBytes() throws {
        for descr in ["'|u1'", "'<f4'", "'<U3'", "'<M8[ns]'", "[('O', '<f4'), ('b', '|S3')]"] {
            let scan = try scan(ArchiveBytes.zip([("a.npy", array(descr, PickleBytes.dangerous))]))
            #expect(scan.isCleared, "\(descr): \(scan.obstacles)")
        }
        for descr in ["'f4,O'", "'\\x4f'", "('O', (2,))", "[('a', [('b', 'O8')])]", "b'O'"] {
            #expect(try scan(array(descr, PickleBytes.dangerous)).verdict == .dangerous, "\(descr)")
        }
    }

    /// A storage that the pickle names is raw numbers; one that it does not name is an ordinary entry.
    @Test("An entry is a storage only if a pickle names it with its size")
    func aStorageIsNumbersOnlyWhereAPickleNamesItWithItsSize() throws {
        let bytes = PickleBytes.dangerous
        func checkpoint(_ key: String, count: Int) -> [UInt8] {
            let id =
                PickleBytes.text("storage") + PickleBytes.global("torch", "ByteStorage") + PickleBytes.text(key) + PickleBytes.text("cpu")
                + [0x4B, UInt8(count)]
            return ArchiveBytes.zip([("archive/data.pkl", PickleBytes.whole([0x28] + id + [0x74, 0x51])), ("archive/data/0", bytes)])
        }
        let sound = try scan(checkpoint("0", count: bytes.count))
        #expect(sound.isCleared, "\(sound.obstacles)")
        #expect(try scan(checkpoint("1", count: bytes.count)).verdict == .dangerous)
        #expect(try scan(checkpoint("0", count: bytes.count - 1)).verdict == .dangerous)
    }

    @Test("An archive that cannot be read is still searched")
    func anArchiveThatCannotBeReadIsSearchedAllTheSame() throws {
        let good = ArchiveBytes.zip([("archive/data.pkl", PickleBytes.dangerous)])
        var encrypted = good
        encrypted[6] |= 1
        if let record = encrypted.firstRange(of: [0x50, 0x4B, 1, 2]) { encrypted[record.lowerBound + 8] |= 1 }
        var checksum = good
        checksum[14] ^= 0xFF
        if let record = checksum.firstRange(of: [0x50, 0x4B, 1, 2]) { checksum[record.lowerBound + 16] ^= 0xFF }
        for (what, bytes) in [
            ("an encryption bit", encrypted), ("a wrong checksum", checksum), ("no directory", Array(good.dropLast(30))),
            ("bytes before it", Array("junk".utf8) + good),
        ] {
            let scan = try scan(bytes)
            #expect(scan.verdict == .dangerous && !scan.isComplete, "\(what): \(scan.obstacles)")
        }
    }

    @Test("A misleading file without code is not complete, but nothing is found in it")
    func aFileWithoutCodeThatMisleadsGetsBothAnswers() throws {
        var checksum = ArchiveBytes.zip(ContentScanTests.torch + [("archive/x", [1, 2, 3])])
        if let place = checksum.firstRange(of: [1, 2, 3]) { checksum[place.lowerBound] = 9 }
        let outside = ArchiveBytes.zip(ContentScanTests.torch + [("archive/../../x", [1])])
        // 2^60 values by sharing, and a memo that a loader stores as an array.
        let doubled = (0..<60).flatMap { (level: UInt8) -> [UInt8] in [0x71, level, 0x68, level, 0x86] }
        let memo: [UInt8] = [0x4E, 0x72, 0xFF, 0xFF, 0xFF, 0xF0]
        for (what, bytes) in [
            ("checksum", checksum), ("path", outside), ("sharing", PickleBytes.whole([0x5D] + doubled)), ("memo", PickleBytes.whole(memo)),
        ] {
            let scan = try scan(bytes)
            #expect(scan.verdict == .unknown && scan.obstacles.count == 1, "\(what): \(scan.obstacles)")
        }
    }

    @Test("Files that macOS adds to archives raise no alarm")
    func filesThatMacOSKeepsBesideEntriesAreNoAlarm() throws {
        let double: [UInt8] = [0, 5, 0x16, 7, 0, 2, 0, 0] + Array("Mac OS X        ".utf8) + [UInt8](repeating: 0, count: 40)
        let scan = try scan(
            ArchiveBytes.zip(ContentScanTests.torch + ["data.pkl", "version"].map { ("__MACOSX/archive/._\($0)", double) }))
        #expect(scan.isCleared, "\(scan.obstacles)")
    }

    @Test(
        "A name is dangerous only if it acts",
        arguments: [
            ("torch.distributed.tensor", "DTensor", GlobalVerdict.unknown), ("torch.distributed.tensor.placement_types", "Shard", .unknown),
            ("torch.distributed.checkpoint.metadata", "TensorStorageMetadata", .unknown),
            ("torch.distributed.checkpoint.filesystem", "_StorageInfo", .unknown),
            ("torch.distributed.tensor", "distribute_tensor", .dangerous),
            ("torch.distributed.rpc", "rpc_sync", .dangerous), ("torch.distributed", "init_process_group", .dangerous),
            ("torch.jit._pickle", "build_intlist", .unknown), ("torch.jit", "load", .dangerous), ("__torch__.models.map", "open", .unknown),
            ("joblib.numpy_pickle", "NumpyArrayWrapper", .unknown), ("joblib", "load", .dangerous), ("functools", "partial", .unknown),
            ("functools", "reduce", .dangerous), ("logging", "getLogger", .unknown), ("logging.config", "listen", .dangerous),
            ("some.lab.map", "Net", .unknown), ("some.lab", "eval", .dangerous), ("collections", "_sys.modules", .dangerous),
            ("torch.serialization", "os.system", .dangerous), ("uuid", "_popen", .dangerous), ("numpy", "memmap", .dangerous),
        ])
    func aNameIsDangerousWhereItActs(_ module: String, _ name: String, _ verdict: GlobalVerdict) {
        #expect(GlobalVerdict.of(module: module, name: name) == verdict)
    }
}
