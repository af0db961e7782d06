import ConvertFiles
import ConvertIR
import ConvertJSON
import ConvertTensors
import Exporters
import Foundation
import PthReader
import TestSupport
import Testing
import Verifier

/// Exports for the tests of the flat format.
enum FlatExport {
    /// Writes `content` to a new file and returns its path.
    static func write(_ content: ExportContent) throws -> String {
        let path = "\(Fixtures.temporaryFolder())/t.flat"
        let output = try OutputFile(target: path, replacing: false, inputs: [])
        #expect(try FlatFormat.write(content, to: output, options: ExportOptions()).isEmpty)
        try output.commit()
        return path
    }

    /// Writes the weights of a fixture.
    static func fixture(_ name: String) throws -> (source: Weights, path: String) {
        let weights = try #require(try FormatRegistry.open(Fixtures.path(name)).weights)
        return (weights, try write(.weights(weights)))
    }

    static func tensor(_ dtype: DType, _ shape: [Int], seed: Int = 1) throws -> Tensor {
        let count = shape.reduce(dtype.byteCount, *)
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ seed) }
        return try Tensor(dtype: dtype, shape: shape, storage: Storage(name: "test", bytes: ByteView(copying: bytes, name: "test")))
    }

    static func weights(_ tensors: [(String, Tensor)], metadata: Metadata = Metadata()) -> Weights {
        Weights(
            entries: tensors.map { Weights.Entry(name: $0.0, tensor: $0.1) }, metadata: metadata,
            provenance: Provenance(source: "a.pth", format: "pth", stateDictPath: "model"))
    }

    static func checksum(_ tensor: Tensor) throws -> UInt32 {
        var checksum: UInt32 = 0
        try tensor.forEachCOrderWindow { checksum = CRC32.update(checksum, with: $0) }
        return checksum
    }

    /// Fixtures of three kinds whose state dicts hold only tensors that the format supports.
    static let fixtures =
        ["training/small_epoch_003.pth", "views/shared.pth"]
        + (["dtypes", "views"].flatMap { Fixtures.names(in: $0) }).filter { !$0.contains("untyped") && $0 != "views/shared.pth" }
}

/// Runs other programs.
struct ProgramRun {
    let status: Int32
    let output: String

    init(_ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = arguments
        process.currentDirectoryURL = URL(fileURLWithPath: Fixtures.root)
        let out = Pipe()
        process.standardOutput = out
        process.standardInput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        output = String(decoding: out.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        // A crash must not pass for a refusal.
        status = process.terminationReason == .uncaughtSignal ? -process.terminationStatus : process.terminationStatus
    }

    /// The C example, compiled once.
    static let loader: Result<String, any Error> = Result {
        let path = "\(Fixtures.temporaryFolder())/load"
        let flags = ["-std=c99", "-O1", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-Iinclude"]
        for compiler in ["cc", "clang", "gcc"] {
            let run = try ProgramRun([compiler] + flags + ["Examples/flat_in_c/load.c", "-o", path])
            if run.status == 0 { return path }
            // 127: env found no such program.
            if run.status != 127 { break }
        }
        throw FileError.missing(path: "the compiled Examples/flat_in_c/load.c")
    }
}

/// What is written reads back the same, in this program and in readers that share no code with it.
@Suite struct FlatTests {
    @Test("Tensors read back bit for bit", arguments: FlatExport.fixtures) func tensorsComeBackBitForBit(_ name: String) throws {
        let (source, path) = try FlatExport.fixture(name)
        let opened = try FormatRegistry.open(path)
        let back = try #require(opened.weights)
        #expect(opened.format == "flat")
        #expect(back.entries.map(\.name) == source.entries.map(\.name))
        try BitwiseComparison.check(back, against: source, file: path)
        for entry in back.entries { try entry.tensor.storage.verify() }
        #expect(back.aliases.map(\.name) == source.aliases.map(\.name))
        #expect(back.aliases.map(\.of) == source.aliases.map(\.of))
        #expect(back.metadata == source.metadata)
        #expect(back.provenance == source.provenance)
        #expect(opened.document == nil)
        #expect(opened.checksums.map(\.name) == source.entries.map(\.name))
        for check in opened.checksums { try check.run() }
        #expect(opened.groups.reduce(0) { $0 + $1.byteCount } == opened.file.bytes.count)
    }

    @Test("Shared tensors are written once") func sharedTensorsAreWrittenOnce() throws {
        let (source, path) = try FlatExport.fixture("views/shared.pth")
        let back = try #require(try FormatRegistry.open(path).weights)
        #expect(!source.aliases.isEmpty)
        #expect(back.byteCount == source.byteCount)
        for alias in back.aliases {
            #expect(back[alias.name]?.storage === back[alias.of]?.storage)
        }
    }

    @Test("Every plain dtype and eight dimensions are supported") func everyPlainDtypeAndEightDimensionsAreHeld() throws {
        let plain = DType.allCases.filter { !$0.isQuantized && !$0.isOpaque }
        var tensors = try plain.map { ($0.rawValue, try FlatExport.tensor($0, [3, 5])) }
        tensors.append(("eight", try FlatExport.tensor(.int16, [1, 2, 1, 3, 1, 2, 1, 2])))
        tensors.append(("empty", try FlatExport.tensor(.float32, [0, 4])))
        // Two names that are equal in Swift but not in Python.
        tensors += [("\u{E9}", try FlatExport.tensor(.int8, [])), ("e\u{301}", try FlatExport.tensor(.int8, [1]))]
        let source = FlatExport.weights(tensors)
        let opened = try FormatRegistry.open(try FlatExport.write(.weights(source)))
        let back = try #require(opened.weights)
        try BitwiseComparison.check(back, against: source, file: "t.flat")
        #expect(back["\u{E9}"]?.shape == [] && back["e\u{301}"]?.shape == [1])
        // Mappable: every tensor begins at an address from which any processor can load.
        for entry in back.entries { #expect(try entry.tensor.storage.bytes().start % 64 == 0, "\(entry.name)") }
    }

    @Test("What the format cannot hold is refused by name") func whatTheFormatCannotHoldIsRefusedByName() throws {
        for tensor in [try FlatExport.tensor(.qint8, [2]), try FlatExport.tensor(.int8, [Int](repeating: 1, count: 9))] {
            let error = #expect(throws: FlatError.self) { try FlatExport.write(.weights(FlatExport.weights([("the.one", tensor)]))) }
            #expect(error?.description.hasPrefix("the.one: ") == true)
        }
        let twin = try FlatExport.tensor(.int8, [1])
        #expect(throws: FlatError.cannotHold(name: "a", what: "two tensors of one name")) {
            try FlatExport.write(.weights(FlatExport.weights([("a", twin), ("a", twin)])))
        }
    }

    @Test("Empty weights are supported too") func nothingAtAllIsHeldToo() throws {
        let back = try FormatRegistry.open(try FlatExport.write(.weights(FlatExport.weights([]))))
        #expect(back.weights?.entries.isEmpty == true)
    }

    @Test("A damaged source is not passed on") func aDamagedSourceIsNotWrittenOn() throws {
        let storage = Storage(name: "a.pth, entry 0", bytes: ByteView(copying: [1, 2, 3, 4], name: "a.pth"), crc32: 1)
        let tensor = try Tensor(dtype: .float32, shape: [1], storage: storage)
        #expect(throws: TensorError.self) { try FlatExport.write(.weights(FlatExport.weights([("a", tensor)]))) }
    }

    @Test("A model reads back with its graph and contract") func aModelComesBackWithItsGraphAndContract() throws {
        let metadata = Metadata(["epoch": .integer(3), "loss": .number(.nan), "name": .string("NaN")])
        let weights = FlatExport.weights([("fc.weight", try FlatExport.tensor(.float32, [2, 3]))], metadata: metadata)
        let graph = Graph(
            inputs: [.init(name: "input", type: ValueType([.batch, .fixed(3)]))],
            nodes: [Node(name: "fc", operation: .linear(Linear(weight: "fc.weight")), inputs: ["input"], output: "out")], outputs: ["out"])
        let contract = InputContract(
            height: nil, width: nil, standardDeviation: 128, crop: .mtcnn(margin: 14), embeddingLength: 2, isNormalized: false,
            metric: .cosine)
        let model = try Model(weights: weights, graph: graph, contract: contract, architecture: .custom)
        let path = try FlatExport.write(.model(model))
        let opened = try FormatRegistry.open(path)
        let document = try #require(opened.document)
        #expect(document.graph == graph && document.contract == contract && document.architecture == .custom)
        #expect(document.text == ModelDocument(model).text)
        guard case .number(let loss)? = opened.weights?.metadata["loss"] else {
            Issue.record("no number")
            return
        }
        #expect(loss.isNaN && opened.weights?.metadata["name"] == .string("NaN"))
        let python = try #require(try pythonReading(path))
        #expect(python["document"]?.object == ModelDocument(model).json)
    }

    @Test("The same input gives the same bytes") func theSameInputGivesTheSameBytes() throws {
        let (first, second) = (try FlatExport.fixture(FlatExport.fixtures[0]).path, try FlatExport.fixture(FlatExport.fixtures[0]).path)
        #expect(try Fixtures.bytes(first) == Fixtures.bytes(second))
    }

    // MARK: Other readers

    private func pythonReading(_ path: String) throws -> JSONObject? {
        let run = try ProgramRun(["python3", "Tests/flat_reader.py", path])
        #expect(run.status == 0)
        return try JSONParser.parse(Array(run.output.utf8)).object
    }

    @Test("Python reads the same tensors", arguments: FlatExport.fixtures) func pythonReadsTheSame(_ name: String) throws {
        let (source, path) = try FlatExport.fixture(name)
        let answer = try #require(try pythonReading(path))
        let tensors = try #require(answer["tensors"]?.object)
        #expect(tensors.members.map(\.key) == source.entries.map(\.name))
        for entry in source.entries {
            let row = tensors[entry.name]?.object
            #expect(row?["dtype"]?.string == entry.tensor.dtype.rawValue, "\(entry.name)")
            #expect(row?["shape"]?.array?.map(\.integer) == entry.tensor.shape, "\(entry.name)")
            #expect(row?["crc32"]?.integer == Int(try FlatExport.checksum(entry.tensor)), "\(entry.name)")
        }
        #expect(answer["document"]?.object?["provenance"]?.object?["state_dict"]?.string == source.provenance.stateDictPath)
    }

    @Test("A C program reads the same tensors", arguments: FlatExport.fixtures) func aProgramInCReadsTheSame(_ name: String) throws {
        let (source, path) = try FlatExport.fixture(name)
        let run = try ProgramRun([try ProgramRun.loader.get(), path])
        #expect(run.status == 0)
        let expected = try source.entries.map { entry in
            "\(entry.name)\t\(entry.tensor.dtype.rawValue)\t\(entry.tensor.shape)\t\(try firstValue(entry.tensor))\n"
        }
        #expect(run.output == expected.joined())
    }

    /// The first value as the example prints it.
    private func firstValue(_ tensor: Tensor) throws -> String {
        let bytes = try tensor.cOrderBytes()
        func printed(_ format: String, _ number: Double) -> String {
            // C's own formatting, because Foundation's has no sign for NaN.
            var buffer = [CChar](repeating: 0, count: 64)
            _ = withVaList([number]) { vsnprintf(&buffer, buffer.count, format, $0) }
            return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
        guard tensor.elementCount > 0 else { return "-" }
        switch tensor.dtype {
        case .float32: return printed("%.9g", Double(Float(bitPattern: try bytes.integer(at: 0, as: UInt32.self))))
        case .float64: return printed("%.17g", Double(bitPattern: try bytes.integer(at: 0, as: UInt64.self)))
        case .int64: return "\(try bytes.integer(at: 0, as: Int64.self))"
        case .int32: return "\(try bytes.integer(at: 0, as: Int32.self))"
        default:
            return "0x" + bytes.array.prefix(tensor.dtype.byteCount).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        }
    }
}
