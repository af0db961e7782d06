import ConvertFiles
import ConvertIR
import ConvertInference
import ConvertTensors
import Exporters
import TestSupport
import Testing

/// Models put together by hand, models of fixtures, and inputs for them.
enum Networks {
    /// A tensor of float32 numbers.
    static func tensor(_ shape: [Int], _ values: [Float]) throws -> Tensor {
        let bytes = values.withUnsafeBytes { Array($0) }
        return try Tensor(dtype: .float32, shape: shape, storage: Storage(name: "test", bytes: ByteView(copying: bytes, name: "test")))
    }

    /// Numbers from −1 to 1 that are the same in every run.
    static func noise(_ count: Int, seed: Int) -> [Float] {
        var state = UInt64(seed) &* 0x2545_F491_4F6C_DD1D &+ 99
        return (0..<count).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Float(Int64(state >> 33) - 1 << 30) / Float(1 << 30)
        }
    }

    /// A batch of noise.
    static func input(_ shape: [Int], seed: Int = 1) throws -> Batch {
        try Batch(shape: shape, values: noise(shape.reduce(1, *), seed: seed))
    }

    static let contract = InputContract(
        height: nil, width: nil, standardDeviation: 1, crop: .none, embeddingLength: nil, isNormalized: false, metric: .none)

    /// A model of nodes named like their outputs, over weights of noise with these shapes.
    static func model(
        input: [Dimension], _ nodes: [(output: String, operation: Operation, inputs: [String])], outputs: [String],
        shapes: [(String, [Int])] = [], weights: [(String, Tensor)] = []
    ) throws -> Model {
        var entries = try shapes.enumerated().map { index, entry in
            // Variances must be above zero, and small weights keep sums small.
            let values = noise(entry.1.reduce(1, *), seed: 40 + index).map { entry.0.hasSuffix("variance") ? abs($0) + 0.5 : $0 / 2 }
            return Weights.Entry(name: entry.0, tensor: try tensor(entry.1, values))
        }
        entries += weights.map { Weights.Entry(name: $0.0, tensor: $0.1) }
        return try Model(
            weights: Weights(entries: entries, provenance: Provenance(source: "test", format: "pth", stateDictPath: "")),
            graph: Graph(
                inputs: [.init(name: "input", type: ValueType(input))],
                nodes: nodes.map { Node(name: $0.output, operation: $0.operation, inputs: $0.inputs, output: $0.output) },
                outputs: outputs),
            contract: contract, architecture: .custom)
    }

    /// The model of any file.
    static func open(_ path: String) throws -> Model {
        try #require(try OpenedModel(try FormatRegistry.open(path)).content.model)
    }

    static func fixture(_ name: String) throws -> Model { try open(Fixtures.path("models/\(name)")) }

    static func array(_ name: String) throws -> NumpyArray { try NumpyArray(try MappedFile(path: Fixtures.path("models/\(name)"))) }

    static func inputOfFixture(_ name: String) throws -> Batch {
        let array = try array("\(name)_input.npy")
        return try Batch(shape: array.shape, values: array.floats)
    }

    /// The distance of two vectors over the length of the second.
    static func relativeDistance(_ found: [Float], _ expected: [Double]) -> Double {
        guard found.count == expected.count, !found.isEmpty else { return .infinity }
        var (difference, square) = (0.0, 0.0)
        for (one, other) in zip(found, expected) {
            difference += (Double(one) - other) * (Double(one) - other)
            square += other * other
        }
        return (difference / square).squareRoot()
    }

    /// What the plain executor gives for the same numbers, by output.
    static func plain(_ model: Model, _ input: Batch) throws -> [String: PlainTensor] {
        let outputs = try PlainExecutor(model).run(PlainTensor(shape: input.shape, values: input.values.map(Double.init)))
        return Dictionary(outputs.map { ($0.name, $0.tensor) }, uniquingKeysWith: { first, _ in first })
    }

    /// Every kind of loops that this processor can run, and exact sums.
    static let waysToRun: [(isExact: Bool, loops: Loops)] = Loops.available.map { (false, $0) } + [(true, Loops.available[0])]

    /// Holds the fast executor's outputs, every way that it can be run, against the plain one's.
    static func expectAgreement(_ model: Model, _ input: Batch, within tolerance: Double = 2e-6, _ name: String = "") throws {
        let expected = try plain(model, input)
        #expect(!expected.isEmpty)
        for (isExact, loops) in waysToRun {
            var options = FastExecutor.Options()
            (options.isExact, options.loops) = (isExact, loops)
            let found = try FastExecutor(model, options: options).run(input)
            #expect(found.map(\.name) == model.graph.outputs)
            for output in found {
                let tensor = try #require(expected[output.name])
                #expect(output.batch.shape == tensor.shape, "\(name) \(output.name)")
                let far = relativeDistance(output.batch.values, tensor.values)
                #expect(far < tolerance, "\(name) \(output.name) is \(far) away, exact \(isExact), \(loops)")
            }
        }
    }
}
