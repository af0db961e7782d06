import ConvertFiles
import ConvertIR
import ConvertJSON
import ConvertTensors
import Exporters
import Foundation
import TestSupport
import Testing
import Verifier

/// Writes and reads HDF5 in one process, as the commands do.
enum HDF5Trip {
    /// Writes and reads back; the file stays at `path`.
    @discardableResult
    static func write(_ content: ExportContent, to path: String, level: Int? = nil) throws -> OpenedFile {
        var options = ExportOptions()
        options.compressionLevel = level
        let output = try OutputFile(target: path, replacing: true, inputs: [])
        _ = try HDF5Format.write(content, to: output, options: options)
        try output.commit()
        return try FormatRegistry.open(path)
    }

    /// Small tensors with these names and distinct numbers.
    static func weights(_ names: [String], metadata: Metadata = Metadata()) throws -> Weights {
        let entries = try names.enumerated().map { place, name in
            let bytes = ByteView(copying: (0..<24).map { UInt8(place &* 7 &+ $0) }, name: name)
            return Weights.Entry(
                name: name, tensor: try Tensor(dtype: .float32, shape: [2, 3], storage: Storage(name: name, bytes: bytes)))
        }
        return Weights(entries: entries, metadata: metadata, provenance: Provenance(source: "t", format: "pth", stateDictPath: "net"))
    }

    /// Runs one of HDF5's own tools.
    static func run(_ tool: String, _ arguments: [String]) throws -> (status: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [tool] + arguments
        let out = Pipe()
        process.standardOutput = out
        try process.run()
        let output = out.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: output, as: UTF8.self))
    }
}

/// Round trips preserve bits, order, dtypes, sharing and metadata.
@Suite struct HDF5RoundTripTests {
    let folder = Fixtures.temporaryFolder()

    static let sources =
        ["training/small_epoch_003.pth"]
        + ["views", "dtypes"].flatMap { Fixtures.names(in: $0) }.filter { name in
            !["untyped_storage", "big_endian"].contains { name.contains($0) }
        }

    @Test("Every fixture keeps its bits", arguments: sources, [nil, 1, 9]) func everyFixtureKeepsItsBits(_ name: String, level: Int?) throws
    {
        let weights = try #require(try FormatRegistry.open(Fixtures.path(name)).weights)
        let opened = try HDF5Trip.write(.weights(weights), to: "\(folder)/t.h5", level: level)
        let back = try #require(opened.weights)
        #expect(back.entries.map(\.name) == weights.entries.map(\.name))
        try BitwiseComparison.check(back, against: weights, file: name)
        #expect(back.aliases.map(\.name) == weights.aliases.map(\.name))
        #expect(back.aliases.map(\.of) == weights.aliases.map(\.of))
        #expect(JSONValue.object(back.metadata).text() == JSONValue.object(weights.metadata).text())
        #expect(back.provenance == weights.provenance)
        #expect(opened.document == nil)
        #expect(opened.groups.reduce(0) { $0 + $1.byteCount } == opened.file.bytes.count)
        for check in opened.checksums { try check.run() }
    }

    @Test("Shared tensors are one dataset") func sharedTensorsAreOneDataset() throws {
        let weights = try #require(try FormatRegistry.open(Fixtures.path("views/shared.pth")).weights)
        let back = try #require(try HDF5Trip.write(.weights(weights), to: "\(folder)/s.h5").weights)
        let alias = try #require(weights.aliases.first)
        #expect(back[alias.name]?.storage === back[alias.of]?.storage)
    }

    @Test("Every torch dtype is supported except quantized ones", arguments: [nil, 6]) func everyDTypeOfTorchHasAPlaceExceptQuantizedOnes(
        level: Int?
    ) throws {
        for dtype in DType.allCases {
            for shape in [[], [0], [3], [2, 0, 4], [5, 300], [1, 1, 1]] {
                let count = shape.reduce(dtype.byteCount, *)
                let bytes = ByteView(copying: (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }, name: "t")
                let tensor = try Tensor(dtype: dtype, shape: shape, storage: Storage(name: "t", bytes: bytes))
                let weights = Weights(
                    entries: [.init(name: "a.b", tensor: tensor)], provenance: Provenance(source: "t", format: "pth", stateDictPath: ""))
                if dtype.isQuantized || dtype.isOpaque {
                    #expect(throws: HDF5Error.cannotHold(name: "a.b", what: dtype.rawValue)) {
                        try HDF5Trip.write(.weights(weights), to: "\(folder)/d.h5", level: level)
                    }
                    continue
                }
                let back = try #require(try HDF5Trip.write(.weights(weights), to: "\(folder)/d.h5", level: level).weights)
                try BitwiseComparison.check(back, against: weights, file: "\(dtype) \(shape)")
            }
        }
    }

    @Test("Keys without a plain path are kept exactly") func keysWithoutAPlainPathAreKeptExactly() throws {
        let names = [
            "a", "a.b", "a..b", "a.b.c", ".", "..", "", ".a", "a.", "x/y", "x/y.z", "/", "%", "%a", "a.%b", "%25", "__convert__.document",
            "__convert__", "document", "é", "e\u{301}", "a\u{0}", "a\u{0}b", "ключ.вес", String(repeating: "d.", count: 200) + "d",
            "body.0.0.residual.1.weight",
        ]
        let weights = try HDF5Trip.weights(names)
        for level in [nil, 4] {
            let back = try #require(try HDF5Trip.write(.weights(weights), to: "\(folder)/k.h5", level: level).weights)
            #expect(back.entries.map { Array($0.name.utf8) } == names.map { Array($0.utf8) })
            try BitwiseComparison.check(back, against: weights, file: "k.h5")
        }
    }

    @Test("Further names without a plain path are kept too") func secondNamesWithoutAPlainPathAreKeptToo() throws {
        let one = try #require(try HDF5Trip.weights(["t"])["t"])
        let names = ["a..b", "plain.name", "c/d", "a"]
        let weights = Weights(
            entries: names.map { .init(name: $0, tensor: one) }, provenance: Provenance(source: "t", format: "pth", stateDictPath: ""))
        let back = try #require(try HDF5Trip.write(.weights(weights), to: "\(folder)/k.h5").weights)
        #expect(back.entries.map(\.name) == names)
        #expect(back.aliases.map(\.name) == Array(names.dropFirst()))
    }

    @Test("Numbers that JSON lacks and texts are kept in the metadata") func numbersThatJSONLacksAndTextsTravelInTheMetadata() throws {
        let metadata = JSONObject(["nan": .number(.nan), "far": .number(.infinity), "text": .string("NaN é \"\\"), "epoch": .integer(3)])
        let weights = try HDF5Trip.weights(["a"], metadata: metadata)
        let back = try #require(try HDF5Trip.write(.weights(weights), to: "\(folder)/m.h5").weights)
        #expect(JSONValue.object(back.metadata).text() == JSONValue.object(metadata).text())
        #expect(back.metadata["epoch"] == .integer(3))
    }

    @Test("Tensors larger than a chunk are split and joined") func tensorsLargerThanAChunkAreCutAndJoined() throws {
        for shape in [[270, 1000], [2, 270_000], [300_000], [5, 7, 11, 13, 17]] {
            let bytes = ByteView.filled(count: shape.reduce(4, *), name: "t") { target in
                for place in 0..<target.count / 4 {
                    target.storeBytes(of: UInt32(truncatingIfNeeded: place &* 40503), toByteOffset: 4 * place, as: UInt32.self)
                }
            }
            let tensor = try Tensor(dtype: .float32, shape: shape, storage: Storage(name: "t", bytes: bytes))
            // Strides that run backwards through the dimensions must be gathered on the way.
            let turned = try Tensor(
                dtype: .float32, shape: Array(shape.reversed()), strides: Array(tensor.strides.reversed()), offset: 0,
                storage: tensor.storage)
            let weights = Weights(
                entries: [.init(name: "t", tensor: tensor), .init(name: "turned", tensor: turned)],
                provenance: Provenance(source: "t", format: "pth", stateDictPath: ""))
            let opened = try HDF5Trip.write(.weights(weights), to: "\(folder)/c.h5", level: 1)
            try BitwiseComparison.check(try #require(opened.weights), against: weights, file: "\(shape)")
            // A compressed file can itself be the source of another.
            let again = try HDF5Trip.write(.weights(try #require(opened.weights)), to: "\(folder)/c2.h5", level: 2)
            try BitwiseComparison.check(try #require(again.weights), against: weights, file: "\(shape)")
        }
    }
}

/// The file itself, as other programs see it.
@Suite struct HDF5LayoutTests {
    let folder = Fixtures.temporaryFolder()
    let training = Fixtures.path("training/small_epoch_003.pth")

    @Test("The same input gives the same bytes") func theSameInputGivesTheSameBytes() async throws {
        let weights = try #require(try FormatRegistry.open(training).weights)
        for level in [nil, 5] {
            try HDF5Trip.write(.weights(weights), to: "\(folder)/a.h5", level: level)
            // HDF5 stores times in whole seconds.
            try await Task.sleep(for: .milliseconds(1100))
            try HDF5Trip.write(.weights(weights), to: "\(folder)/b.h5", level: level)
            #expect(try Fixtures.bytes("\(folder)/a.h5") == Fixtures.bytes("\(folder)/b.h5"))
        }
    }

    @Test("The superblock has a checksum and large tensors are aligned") func theSuperblockHasAChecksumAndLargeTensorsAreAligned() throws {
        let weights = try #require(try FormatRegistry.open(training).weights)
        let opened = try HDF5Trip.write(.weights(weights), to: "\(folder)/v.h5")
        #expect([2, 3].contains(try opened.file.bytes.byte(at: 8)))
        for entry in try #require(opened.weights).entries where entry.tensor.byteCount >= 256 {
            #expect(try entry.tensor.storage.bytes().start % 64 == 0, "\(entry.name)")
        }
    }

    @Test("Other readers find one group per module") func otherReadersFindAGroupAModule() throws {
        let weights = try #require(try FormatRegistry.open(training).weights)
        for level in [nil, 3] {
            try HDF5Trip.write(.weights(weights), to: "\(folder)/d.h5", level: level)
            let header = try HDF5Trip.run("h5dump", ["-H", "\(folder)/d.h5"])
            #expect(header.status == 0)
            for word in ["GROUP \"__convert__\"", "GROUP \"output_layer\"", "ATTRIBUTE \"format_version\"", "H5T_IEEE_F32LE"] {
                #expect(header.output.contains(word), "\(word)")
            }
            let name = try #require(weights.entries.first { $0.tensor.byteCount > 4096 }).name
            let path = "/" + name.split(separator: ".").joined(separator: "/")
            #expect(try HDF5Trip.run("h5dump", ["-d", path, "\(folder)/d.h5"]).status == 0)
        }
    }

    @Test("Compression makes zeros small") func compressionMakesZerosSmall() throws {
        let bytes = ByteView(copying: [UInt8](repeating: 0, count: 1 << 20), name: "z")
        let tensor = try Tensor(dtype: .float32, shape: [1 << 18], storage: Storage(name: "z", bytes: bytes))
        let weights = Weights(
            entries: [.init(name: "z", tensor: tensor)], provenance: Provenance(source: "t", format: "pth", stateDictPath: ""))
        #expect(try HDF5Trip.write(.weights(weights), to: "\(folder)/z.h5", level: 6).file.bytes.count < 1 << 16)
        for level in [0, 10, -1] {
            #expect(throws: HDF5Error.badCompressionLevel(level)) {
                try HDF5Trip.write(.weights(weights), to: "\(folder)/y.h5", level: level)
            }
        }
    }

    @Test("A model shows its contract and reads back with its graph") func aModelShowsItsContractAndReadsBackWithItsGraph() throws {
        let weights = try HDF5Trip.weights(["w"])
        let graph = Graph(
            inputs: [.init(name: "x", type: ValueType([.symbol("n"), .fixed(4)], elements: .float32))], nodes: [], outputs: ["x"])
        let contract = InputContract(
            height: 112, width: 96, standardDeviation: 128, crop: .mtcnn(margin: 7), embeddingLength: 512, isNormalized: false,
            metric: .cosine)
        let model = try Model(weights: weights, graph: graph, contract: contract, architecture: Architecture(name: "ir_test"))
        let opened = try HDF5Trip.write(.model(model), to: "\(folder)/model.h5")
        #expect(opened.document?.text == ModelDocument(model).text)
        let header = try HDF5Trip.run("h5dump", ["-A", "\(folder)/model.h5"]).output
        for word in ["ir_test", "input_mean", "127.5", "112, 96", "embedding_length"] { #expect(header.contains(word), "\(word)") }
    }
}

/// Damage and foreign files give an error that says so, never a trap or different numbers.
@Suite struct HDF5DamageTests {
    let folder = Fixtures.temporaryFolder()

    private func small(level: Int?) throws -> (path: String, bytes: [UInt8], weights: Weights) {
        let large = ByteView(copying: (0..<8192).map { UInt8(truncatingIfNeeded: $0 / 9) }, name: "l")
        var entries = try HDF5Trip.weights(["a.0.weight", "a.0.bias", "b..c", "b.d"]).entries
        entries.append(.init(name: "a.large", tensor: try Tensor(dtype: .int16, shape: [4096], storage: Storage(name: "l", bytes: large))))
        entries.append(.init(name: "again", tensor: entries[0].tensor))
        let weights = Weights(entries: entries, provenance: Provenance(source: "t", format: "pth", stateDictPath: ""))
        let path = "\(folder)/small\(level ?? 0).h5"
        try HDF5Trip.write(.weights(weights), to: path, level: level)
        return (path, try Fixtures.bytes(path), weights)
    }

    @Test("Truncated files are refused", arguments: [nil, 6]) func cutFilesAreRefused(level: Int?) throws {
        let (_, bytes, _) = try small(level: level)
        for length in Swift.stride(from: 9, to: bytes.count, by: max(1, bytes.count / 150)) {
            Fixtures.write(Array(bytes[..<length]), to: "\(folder)/cut.h5")
            #expect(throws: (any Error).self, "\(length)") { try FormatRegistry.open("\(folder)/cut.h5") }
        }
    }

    @Test("Flipped bytes are noticed or harmless", arguments: [nil, 6]) func flippedBytesAreNoticedOrHarmless(level: Int?) throws {
        let (_, bytes, weights) = try small(level: level)
        var state: UInt64 = 0x9E37_79B9_7F4A_7C15
        func next() -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33)
        }
        for _ in 0..<300 {
            var damaged = bytes
            let place = next() % bytes.count
            damaged[place] ^= UInt8(1 << (next() % 8))
            Fixtures.write(damaged, to: "\(folder)/flip.h5")
            guard let opened = try? FormatRegistry.open("\(folder)/flip.h5"), let found = opened.weights else { continue }
            guard (try? opened.checksums.forEach { try $0.run() }) != nil else { continue }
            #expect(throws: Never.self, "byte \(place)") { try BitwiseComparison.check(found, against: weights, file: "flip") }
        }
    }

    @Test("A damaged chunk names its dataset") func aDamagedChunkNamesItsDataset() throws {
        var (_, bytes, weights) = try small(level: 6)
        _ = weights
        // The last kilobyte holds the chunk or its index; whichever it is, the dataset is named.
        var named = 0
        for place in Swift.stride(from: 2048, to: bytes.count, by: 7) {
            bytes[place] ^= 0xFF
            Fixtures.write(bytes, to: "\(folder)/chunk.h5")
            bytes[place] ^= 0xFF
            guard let opened = try? FormatRegistry.open("\(folder)/chunk.h5"), let tensor = opened.weights?["a.large"] else { continue }
            do {
                _ = try tensor.storage.bytes()
            } catch let error as HDF5Error {
                named += error.problem.contains("/a/large") ? 1 : 0
            }
        }
        #expect(named > 0)
    }

    @Test("A signature alone is refused") func signaturesAloneAreRefused() {
        let signature: [UInt8] = [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A]
        for tail in [[], [2], [UInt8](repeating: 0, count: 100), [UInt8](repeating: 255, count: 4096)] {
            Fixtures.write(signature + tail, to: "\(folder)/s.h5")
            #expect(throws: (any Error).self) { try FormatRegistry.open("\(folder)/s.h5") }
        }
    }

    @Test("Files that change after opening are not read further") func filesThatChangeAfterwardsAreNotReadFurther() throws {
        let (path, bytes, _) = try small(level: 6)
        let opened = try FormatRegistry.open(path)
        Fixtures.write(bytes + [0], to: path)
        #expect(throws: FileError.changedWhileRead(path: path)) { try opened.weights?["a.large"]?.storage.bytes() }
    }

    @Test("Readers in many threads do not disturb each other") func readersInManyThreadsDoNotDisturbEachOther() async throws {
        let (path, _, weights) = try small(level: 6)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    for _ in 0..<20 {
                        let opened = try FormatRegistry.open(path)
                        try BitwiseComparison.check(try #require(opened.weights), against: weights, file: path)
                    }
                }
            }
            try await group.waitForAll()
        }
    }
}
