import ConvertFiles
import ConvertIR
import ConvertInference
import ConvertTensors
import TestSupport
import Testing

@testable import Exporters

/// A network of activations and gates as other programs write it (fixtures/make_gates.py), and as it is written here.
@Suite struct ONNXGatesTests {
    static let files = ["torchscript_12", "torchscript_17", "dynamo_18", "dynamo_20", "onnxsim", "ort_basic"]

    private func model(_ name: String) throws -> Model {
        let file = try FormatRegistry.open(Fixtures.path("gates/\(name).onnx"))
        if let error = file.documentError { throw error }
        return try #require(try OpenedModel(file).content.model)
    }

    @Test("Every program's file gives torch's numbers", arguments: files)
    func numbers(_ name: String) throws {
        let model = try model(name)
        let input = try NumpyArray(try MappedFile(path: Fixtures.path("gates/input.npy")))
        let expected = try NumpyArray(try MappedFile(path: Fixtures.path("gates/output.npy")))
        let batch = try Batch(shape: input.shape, values: input.floats)
        let plain = try #require(
            try PlainExecutor(model).run(PlainTensor(shape: input.shape, values: input.floats.map(Double.init))).first
        ).tensor
        let fast = try #require(try FastExecutor(model).run(batch).first).batch
        #expect(plain.shape == expected.shape && fast.shape == expected.shape)
        let largest = expected.floats.map(abs).max() ?? 0
        for (index, number) in expected.floats.enumerated() {
            // Weights of a file that was folded are rounded once more.
            #expect(abs(Float(plain.values[index]) - number) <= 1e-6 * largest)
            #expect(abs(fast.values[index] - number) <= 2e-6 * largest)
        }
    }

    @Test("Every program's file has the same operations")
    func operations() throws {
        func kinds(_ name: String) throws -> [OperationKind: Int] {
            var kinds = try model(name).graph.nodes.reduce(into: [:]) { $0[$1.operation.kind, default: 0] += 1 }
            // Exporters fold normalizations and factors as far as each can.
            for kind in [OperationKind.batchNormalization, .multiply] { kinds[kind] = nil }
            return kinds
        }
        let expected = try kinds(ONNXGatesTests.files[0])
        #expect(expected[.gelu] == 2 && expected[.hardSwish] == 1 && expected[.product] == 2 && expected[.clip] == 2)
        for name in ONNXGatesTests.files.dropFirst() { #expect(try kinds(name) == expected, "\(name)") }
    }

    @Test("A normalization without scale and shift gets no keys that nobody gave it")
    func bareNormalization() throws {
        let model = try model("torchscript_12")
        let bare = model.graph.nodes.compactMap { node -> BatchNormalization? in
            if case .batchNormalization(let layer) = node.operation, layer.scale == nil, layer.bias == nil { layer } else { nil }
        }
        #expect(bare.count == 1)
        #expect(Set(model.weights.entries.map(\.name)).isSuperset(of: ["bare.running_mean", "bare.running_var"]))
    }

    @Test("The network comes back the same at every operator set", arguments: Array(ONNXError.writableOpsets))
    func roundTrip(opset: Int) throws {
        let source = try model("torchscript_12")
        let opened = try ONNXTrip.check(source, ONNXTrip.options(opset: opset)).opened
        let read = try #require(try OpenedModel(opened).content.model)
        #expect(read.graph == source.graph)
        #expect(read.weights.entries.map(\.name) == source.weights.entries.map(\.name))
    }

    @Test("Every operation comes back with its numbers at every operator set", arguments: Array(ONNXError.writableOpsets))
    func everyOperation(opset: Int) throws {
        let operations: [Operation] = [
            .sigmoid, .tanh, .clip(minimum: -0.5, maximum: 6), .clip(minimum: 0, maximum: .infinity),
            .clip(minimum: -.infinity, maximum: 0.3), .leakyReLU(slope: 0.2), .hardSigmoid(HardSigmoid()),
            .hardSigmoid(HardSigmoid(alpha: 0.25, beta: 0.4)), .hardSwish, .gelu(isApproximate: false), .gelu(isApproximate: true),
            .batchNormalization(BatchNormalization(scale: "s", bias: nil, mean: "m", variance: "v", epsilon: 1e-3)),
            .batchNormalization(BatchNormalization(scale: nil, bias: "b", mean: "m", variance: "v", epsilon: 1e-3)),
            .averagePool(Pooling(kernel: Size2D(3), stride: Size2D(1), padding: Padding2D(1), countsPadding: true)),
            .maxPool(Pooling(kernel: Size2D(1), stride: Size2D(2))), .prelu(slope: "one"),
        ]
        var nodes: [Node] = []
        for (index, operation) in operations.enumerated() {
            nodes.append(Node(name: "n\(index)", operation: operation, inputs: [nodes.last?.output ?? "x"], output: "v\(index)"))
        }
        let last = nodes.last?.output ?? "x"
        nodes.append(Node(name: "mean", operation: .globalAveragePool, inputs: [last], output: "mean"))
        for (name, operation) in [("product", Operation.product), ("larger", .maximum), ("sum", .add)] {
            nodes.append(Node(name: name, operation: operation, inputs: ["mean", last], output: name))
        }
        let graph = Graph(
            inputs: [.init(name: "x", type: ValueType([.batch, .fixed(4), .fixed(6), .fixed(6)]))], nodes: nodes,
            outputs: ["product", "larger", "sum"])
        let weights = FlatExport.weights(
            try ["s", "b", "m", "v"].map { ($0, try FlatExport.tensor(.float32, [4])) } + [("one", try FlatExport.tensor(.float32, [1]))])
        let contract = InputContract(
            height: 6, width: 6, standardDeviation: 1, crop: .none, embeddingLength: nil, isNormalized: false, metric: .none)
        let model = try Model(weights: weights, graph: graph, contract: contract, architecture: .custom)
        let opened = try ONNXTrip.check(model, ONNXTrip.options(opset: opset)).opened
        let read = try #require(try OpenedModel(opened).content.model)
        #expect(read.graph == graph && read.weights.entries.map(\.name) == ["s", "b", "m", "v", "one"])
    }
}
