import Files
import PthReader
import TestSupport
import Testing

/// Every entry of every archive is judged by what it holds, whatever it is called and however it is packed.
@Suite struct ContentScanTests {
    /// The same call in the spelling of each protocol: with a head, without one, and with a frame first.
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

    /// A `.npy` file of one element with these bytes behind its header.
    private func array(_ descr: String, _ elements: [UInt8]) -> [UInt8] {
        let header = Array("{'descr': \(descr), 'fortran_order': False, 'shape': (1,), }\n".utf8)
        return [0x93] + Array("NUMPY".utf8) + [1, 0] + ArchiveBytes.little(UInt16(header.count)) + header + elements
    }

    @Test(
        arguments: payloads,
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

    @Test(arguments: payloads) func aPickleIsFoundHoweverItIsPacked(_ payload: (name: String, bytes: [UInt8])) throws {
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

    @Test func nestingPastTheDepthIsNotComplete() throws {
        var bytes = ArchiveBytes.zip([("x", PickleBytes.dangerous)])
        for _ in 0..<SafetyScan.deepest - 2 { bytes = ArchiveBytes.zip([("x", bytes)]) }
        #expect(try scan(bytes).verdict == .dangerous)
        for _ in 0..<3 { bytes = ArchiveBytes.zip([("x", bytes)]) }
        #expect(try !scan(bytes).isComplete)
    }

    @Test(
        arguments: [
            ("bzip2", Array("BZh91AY&SY".utf8)), ("xz", [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0]), ("7z", [0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C]),
            ("Zstandard", [0x28, 0xB5, 0x2F, 0xFD]), ("RAR", Array("Rar!\u{1A}\u{7}".utf8)),
        ] as [(String, [UInt8])])
    func whatIsPackedByOthersIsNamedAndNotComplete(_ name: String, _ bytes: [UInt8]) throws {
        let scan = try scan(ArchiveBytes.zip(ContentScanTests.torch + [("archive/x", bytes + [1, 2, 3])]))
        #expect(!scan.isComplete && scan.verdict == .unknown)
        #expect(scan.obstacles.contains { $0.contains(name) }, "\(scan.obstacles)")
    }

    /// Texts and numbers whose first bytes are opcodes.
    @Test(
        arguments: [
            "no pickle: a note about this file.\n", "N.", "(see above).", "cat\ndog\nelephant\n", "clean\nup\nthe room.\n",
            "I am a text.\n",
            "Version 1\n", "import os\nos.system('x')\n", "{\"a\": 1}", "S'quoted'\n", "", "x\u{1}",
        ])
    func aTextThatBeginsLikeAnOpcodeIsNoAlarm(_ text: String) throws {
        let scan = try scan(ArchiveBytes.zip(ContentScanTests.torch + [("archive/extra/note", Array(text.utf8))]))
        #expect(scan.isCleared, "\(text): \(scan.obstacles) \(scan.findings)")
    }

    @Test func numbersAreNoPicklesWhateverTheirBytes() throws {
        for descr in ["'|u1'", "'<f4'", "'<U3'", "'<M8[ns]'", "[('O', '<f4'), ('b', '|S3')]"] {
            let scan = try scan(ArchiveBytes.zip([("a.npy", array(descr, PickleBytes.dangerous))]))
            #expect(scan.isCleared, "\(descr): \(scan.obstacles)")
        }
        for descr in ["'f4,O'", "'\\x4f'", "('O', (2,))", "[('a', [('b', 'O8')])]", "b'O'"] {
            #expect(try scan(array(descr, PickleBytes.dangerous)).verdict == .dangerous, "\(descr)")
        }
    }

    /// A storage that the pickle names is raw numbers; one that nobody names is any entry.
    @Test func aStorageIsNumbersOnlyWhereAPickleNamesItWithItsSize() throws {
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

    @Test func anArchiveThatCannotBeReadIsSearchedAllTheSame() throws {
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

    @Test func aFileWithoutCodeThatMisleadsGetsBothAnswers() throws {
        var checksum = ArchiveBytes.zip(ContentScanTests.torch + [("archive/x", [1, 2, 3])])
        if let place = checksum.firstRange(of: [1, 2, 3]) { checksum[place.lowerBound] = 9 }
        let outside = ArchiveBytes.zip(ContentScanTests.torch + [("archive/../../x", [1])])
        // 2^60 values by sharing, and a memo that a loader keeps as an array.
        let doubled = (0..<60).flatMap { (level: UInt8) -> [UInt8] in [0x71, level, 0x68, level, 0x86] }
        let memo: [UInt8] = [0x4E, 0x72, 0xFF, 0xFF, 0xFF, 0xF0]
        for (what, bytes) in [
            ("checksum", checksum), ("path", outside), ("sharing", PickleBytes.whole([0x5D] + doubled)), ("memo", PickleBytes.whole(memo)),
        ] {
            let scan = try scan(bytes)
            #expect(scan.verdict == .unknown && scan.obstacles.count == 1, "\(what): \(scan.obstacles)")
        }
    }

    @Test func filesThatMacOSKeepsBesideEntriesAreNoAlarm() throws {
        let double: [UInt8] = [0, 5, 0x16, 7, 0, 2, 0, 0] + Array("Mac OS X        ".utf8) + [UInt8](repeating: 0, count: 40)
        let scan = try scan(
            ArchiveBytes.zip(ContentScanTests.torch + ["data.pkl", "version"].map { ("__MACOSX/archive/._\($0)", double) }))
        #expect(scan.isCleared, "\(scan.obstacles)")
    }

    @Test(arguments: [
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
    ]) func aNameIsDangerousWhereItActs(_ module: String, _ name: String, _ verdict: GlobalVerdict) {
        #expect(GlobalVerdict.of(module: module, name: name) == verdict)
    }
}

/// Keras' configurations, in archives and in HDF5.
@Suite struct KerasScanTests {
    static let lambda = #"{"class_name": "Sequential", "config": {"layers": [{"class_name": "Lambda", "config": {}}]}}"#
    static let dense = #"{"class_name": "Sequential", "config": {"layers": [{"class_name": "Dense", "config": {}}]}}"#

    private func scan(_ bytes: [UInt8]) throws -> SafetyScan {
        let path = "\(Fixtures.temporaryFolder())/file"
        Fixtures.write(bytes, to: path)
        return SafetyScan(try MappedFile(path: path))
    }

    private func keras(_ configuration: String) -> [UInt8] {
        ArchiveBytes.zip([("config.json", Array(configuration.utf8)), ("metadata.json", Array("{}".utf8))])
    }

    private func hdf5(_ configuration: String) -> [UInt8] {
        let head: [UInt8] = [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A] + [UInt8](repeating: 0xFF, count: 40)
        return head + Array("model_config".utf8) + [0, 0, 0] + Array(configuration.utf8) + [UInt8](repeating: 0, count: 16)
    }

    @Test(arguments: [
        (lambda, GlobalVerdict.dangerous), (dense, .clean), (lambda.replacing("Lambda", with: #"L\u0061mbda"#), .dangerous),
        (lambda.replacing("class_name", with: #"class\u005fname"#), .dangerous),
        (#"{"class_name": "Functional", "config": {"x": {"class_name": "__lambda__"}}}"#, .dangerous),
        (#"{"class_name": "Model", "x": {"class_name": "function", "module": "subprocess", "config": "Popen"}}"#, .dangerous),
        (#"{"class_name": "Model", "x": {"class_name": "function", "module": "builtins", "config": "eval"}}"#, .dangerous),
        (#"{"class_name": "Model", "x": {"class_name": "function", "module": "builtins", "config": "relu"}}"#, .clean),
        (#"{"class_name": "Model", "x": {"class_name": "Net", "module": "lab.nets"}}"#, .unknown),
        (#"{"class_name": "Model", "x": {"class_name": "TFOpLambda", "config": {"function": "io.read_file"}}}"#, .dangerous),
        (#"{"class_name": "Model", "x": {"class_name": "TFOpLambda", "config": {"function": "math.add"}}}"#, .unknown),
    ]) func aLayerThatHoldsOrFetchesCodeIsFound(_ configuration: String, _ verdict: GlobalVerdict) throws {
        let archive = try scan(keras(configuration))
        #expect(archive.verdict == verdict && archive.isComplete, "\(archive.obstacles)")
        let file = try scan(hdf5(configuration))
        #expect(file.verdict == verdict && file.isComplete, "\(file.obstacles)")
        let nested = try scan(ArchiveBytes.zip(ContentScanTests.torch + [("archive/x.h5", hdf5(configuration))]))
        #expect(nested.verdict == verdict, "\(nested.obstacles)")
    }

    @Test func aConfigurationThatCannotBeReadIsNotClean() throws {
        let twice = #"{"class_name": "Model", "class_name": "Lambda"}"#
        for bytes in [keras(twice), keras("{"), hdf5(twice), hdf5("no text")] {
            let scan = try scan(bytes)
            #expect(!scan.isCleared && scan.verdict == .unknown)
        }
    }
}
