import ConvertFiles
import ConvertIR
import ConvertTensors
import Exporters
import Foundation
import PthReader
import TestSupport
import Testing

/// A sharded checkpoint is read as one, but only if its index and shards agree.
@Suite struct ShardedTests {
    let folder = Fixtures.temporaryFolder()
    static let shards = ["part-1.x", "part-2.x"]

    private func weights(_ names: [String]) throws -> Weights {
        let entries = try names.map { name in
            let bytes = Array(name.utf8) + [UInt8](repeating: 7, count: 16 - name.utf8.count)
            return Weights.Entry(
                name: name,
                tensor: try Tensor(
                    dtype: .float32, shape: [2, 2], storage: Storage(name: name, bytes: ByteView(copying: bytes, name: name))))
        }
        return Weights(entries: entries, provenance: Provenance(source: "", format: "", stateDictPath: ""))
    }

    /// Writes two shards and their index, whose entries `change` may alter; returns the index's path.
    private func set(
        _ format: any FileFormat.Type = SafetensorsFormat.self, totalSize: Int = 64, _ change: (inout [(String, String)]) -> Void = { _ in }
    ) throws -> String {
        var places: [(String, String)] = []
        for (shard, names) in zip(ShardedTests.shards, [["d", "b"], ["c", "a"]]) {
            let output = try OutputFile(target: "\(folder)/\(shard)", replacing: true, inputs: [])
            _ = try format.write(.weights(try weights(names)), to: output, options: ExportOptions())
            try output.commit()
            places += names.map { ($0, shard) }
        }
        places.sort { $0.0 < $1.0 }
        change(&places)
        let map = places.map { "\"\($0.0)\": \"\($0.1)\"" }.joined(separator: ", ")
        let path = "\(folder)/model.index.json"
        Fixtures.write(Array("\n {\"metadata\": {\"total_size\": \(totalSize), \"note\": \"n\"}, \"weight_map\": {\(map)}}".utf8), to: path)
        return path
    }

    @Test("The tensors of all shards come in the index's order") func theTensorsOfAllShardsComeInTheIndexsOrder() throws {
        for format in [SafetensorsFormat.self, PthFormat.self] as [any FileFormat.Type] {
            let opened = try FormatRegistry.open(try set(format))
            let found = try #require(opened.weights)
            #expect(found.entries.map(\.name) == ["a", "b", "c", "d"] && opened.format == format.name)
            let expected = try weights(["a", "b", "c", "d"])
            for entry in expected.entries {
                let tensor = try #require(found[entry.name])
                #expect(try tensor.cOrderBytes().array == entry.tensor.cOrderBytes().array, "\(entry.name)")
            }
            #expect(found.metadata["note"] == .string("n") && found.metadata["total_size"] == nil)
            #expect(opened.sources.map(\.name) == ["model.index.json", "part-2.x", "part-1.x"] && opened.warnings.isEmpty)
            #expect(opened.groups.reduce(0) { $0 + $1.byteCount } == opened.byteCount)
        }
    }

    @Test("A changed shard is noticed") func aChangedShardIsNoticed() throws {
        let opened = try FormatRegistry.open(try set())
        try opened.checkUnchanged()
        Fixtures.write([1], to: "\(folder)/part-2.x")
        #expect(throws: FileError.changedWhileRead(path: "\(folder)/part-2.x")) { try opened.checkUnchanged() }
    }

    @Test("A tensor in the wrong shard or in none is an error") func aTensorElsewhereOrNowhereIsAnError() throws {
        let moved = try set { $0[0].1 = "part-1.x" }
        #expect(throws: ShardError.missingTensor(file: moved, name: "a", shard: "part-1.x", foundIn: "part-2.x")) {
            try FormatRegistry.open(moved)
        }
        let absent = try set { $0.append(("z", "part-1.x")) }
        #expect(throws: ShardError.missingTensor(file: absent, name: "z", shard: "part-1.x", foundIn: nil)) {
            try FormatRegistry.open(absent)
        }
        let unlisted = try set { $0.removeFirst() }
        #expect(throws: ShardError.unlistedTensor(file: unlisted, name: "a", shard: "part-2.x")) { try FormatRegistry.open(unlisted) }
    }

    @Test("A shard that is missing or lies elsewhere is named") func aShardThatIsNotThereOrLiesElsewhereIsNamed() throws {
        let index = try set()
        try FileManager.default.removeItem(atPath: "\(folder)/part-2.x")
        #expect(throws: ShardError.missingShard(file: index, shard: "part-2.x")) { try FormatRegistry.open(index) }
        for name in ["../part-1.x", "/etc/passwd", "..", "a/b"] {
            let outside = try set { $0[0].1 = name }
            #expect(throws: ShardError.badShardName(file: outside, shard: name)) { try FormatRegistry.open(outside) }
        }
        let itself = try set { $0 = [("a", "model.index.json")] }
        #expect(throws: ShardError.unreadableShard(file: itself, shard: "model.index.json")) { try FormatRegistry.open(itself) }
        let empty = try set { $0 = [] }
        #expect(throws: ShardError.malformedIndex(file: empty, detail: "its weight_map is empty")) { try FormatRegistry.open(empty) }
    }

    @Test("A wrong total size is reported but not refused") func anotherTotalSizeIsReportedAndNoReasonToRefuse() throws {
        let opened = try FormatRegistry.open(try set(totalSize: 65))
        #expect(opened.warnings.count == 1 && opened.warnings[0].contains("total_size 65") && opened.warnings[0].contains("64 bytes"))
    }

    @Test("A folder is named for what it holds") func aFolderIsNamedForWhatItHolds() throws {
        let index = try set()
        #expect(throws: FolderError.holds(path: folder, what: "a checkpoint in several files", files: ["model.index.json"])) {
            try FormatRegistry.open(folder)
        }
        try FileManager.default.removeItem(atPath: index)
        #expect(throws: FileError.directory(path: folder)) { try FormatRegistry.open(folder) }
        Fixtures.write([0], to: "\(folder)/one.pth")
        let error = #expect(throws: FolderError.self) { try FormatRegistry.open(folder) }
        #expect(error?.remedy == "give the file: \(folder)/one.pth")
        for name in ["__0_0.distcp", ".metadata"] { Fixtures.write([0], to: "\(folder)/\(name)") }
        let distributed = #expect(throws: PthError.self) { try FormatRegistry.open(folder) }
        #expect("\(try #require(distributed))".contains("dcp_to_torch_save"))
    }

    @Test("A part of a distributed checkpoint is recognized whatever its name")
    func aPartOfADistributedCheckpointIsNamedWhateverItIsCalled() throws {
        let part = ArchiveBytes.zip([("archive/data.pkl", PickleBytes.emptyDictionary)])
        Fixtures.write(part + part, to: "\(folder)/__0_0.distcp")
        Fixtures.write(part + part, to: "\(folder)/part.bin")
        Fixtures.write(
            [0x80, 2] + PickleBytes.global("torch.distributed.checkpoint.metadata", "Metadata") + [0x2E], to: "\(folder)/.metadata")
        for name in ["__0_0.distcp", "part.bin", ".metadata"] {
            let error = #expect(throws: PthError.self, "\(name)") { try FormatRegistry.open("\(folder)/\(name)") }
            let text = error.map { "\($0)" } ?? ""
            #expect(
                text.contains("torch.distributed.checkpoint") && text.contains("dcp_to_torch_save") && !text.contains("damaged"), "\(text)")
        }
    }

    @Test(
        "Compressed files are named with the command that unpacks them",
        arguments: [
            ([0x1F, 0x8B, 8, 0], "gunzip"), ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0], "unxz"), (Array("BZh91AY&SY".utf8), "bunzip2"),
            ([0x28, 0xB5, 0x2F, 0xFD, 0x2E], "unzstd"), ([0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C], "7z x"),
            (Array("Rar!\u{1A}\u{7}".utf8), "unrar x"),
            ([4, 0x22, 0x4D, 0x18], "unlz4"),
        ] as [([UInt8], String)]) func packedFilesAreNamedWithTheCommandThatUnpacksThem(_ magic: [UInt8], _ command: String) throws
    {
        let path = "\(folder)/packed"
        Fixtures.write(magic + [UInt8](repeating: 0x2E, count: 64), to: path)
        let error = #expect(throws: PthError.self) { try FormatRegistry.open(path) }
        let text = error.map { "\($0)" } ?? ""
        #expect(text.contains("\(command)") && text.contains(path) && !text.contains("fetch"), "\(text)")
    }

    @Test("A Keras model is named") func aKerasModelIsNamed() throws {
        Fixtures.write(
            ArchiveBytes.zip([("metadata.json", [0x7B, 0x7D]), ("config.json", [0x7B, 0x7D]), ("model.weights.h5", [1])]),
            to: "\(folder)/m.keras")
        let error = #expect(throws: PthError.self) { try FormatRegistry.open("\(folder)/m.keras") }
        #expect(error?.problem.contains("a Keras model") == true)
    }
}
