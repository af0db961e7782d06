import ConvertFiles
import ConvertIR
import ConvertInference
import ConvertTensors
import TestSupport
import Testing

@testable import Exporters

/// A transformer as other programs write it (fixtures/make_tokens.py), and as it is written here.
@Suite struct ONNXTokensTests {
    static let files = [
        "torchscript_12", "torchscript_17", "torchscript_one", "dynamo_18", "onnxsim_17", "onnxsim_one", "ort_basic_12", "ort_basic_17",
    ]

    private func model(_ name: String) throws -> Model {
        let file = try FormatRegistry.open(Fixtures.path("tokens/\(name).onnx"))
        if let error = file.documentError { throw error }
        return try #require(try OpenedModel(file).content.model)
    }

    private func array(_ name: String) throws -> NumpyArray {
        try NumpyArray(try MappedFile(path: Fixtures.path("tokens/\(name).npy")))
    }

    @Test("Every program's file gives torch's numbers, the embedding and its length", arguments: files)
    func numbers(_ name: String) throws {
        let model = try model(name)
        let input = try array("input")
        let plain = try PlainExecutor(model).run(PlainTensor(shape: input.shape, values: input.floats.map(Double.init)))
        let fast = try FastExecutor(model).run(try Batch(shape: input.shape, values: input.floats))
        #expect(plain.count == 2 && fast.count == 2)
        for (index, expected) in [try array("output"), try array("length")].enumerated() {
            #expect(plain[index].tensor.shape == expected.shape && fast[index].batch.shape == expected.shape)
            let largest = expected.floats.map(abs).max() ?? 0
            for (place, number) in expected.floats.enumerated() {
                #expect(abs(Float(plain[index].tensor.values[place]) - number) <= 1e-6 * largest)
                #expect(abs(fast[index].batch.values[place] - number) <= 2e-6 * largest)
            }
        }
    }

    @Test("A normalization that is spelled out is one operation, with its factor and term")
    func spelledOut() throws {
        let layers = try ["torchscript_12", "torchscript_17"].map { name in
            try model(name).graph.nodes.compactMap { node -> LayerNormalization? in
                if case .layerNormalization(let layer) = node.operation { layer } else { nil }
            }
        }
        #expect(layers[0].count == 6 && layers[0] == layers[1])
        #expect(layers[0].filter { $0.epsilon == 1e-6 }.count == 2 && layers[0].allSatisfy { $0.scale != nil && $0.bias != nil })
    }

    @Test("The network comes back the same at every operator set", arguments: Array(ONNXError.writableOpsets))
    func roundTrip(opset: Int) throws {
        let source = try model("torchscript_17")
        let opened = try ONNXTrip.check(source, ONNXTrip.options(opset: opset)).opened
        let read = try #require(try OpenedModel(opened).content.model)
        // A reshape to two axes is read as the flatten that it is.
        #expect(read.graphInPlainSpelling == source.graphInPlainSpelling)
        #expect(read.weights.entries.map(\.name) == source.weights.entries.map(\.name))
    }

    @Test("Every operation comes back with its attributes at every operator set", arguments: Array(ONNXError.writableOpsets))
    func everyOperation(opset: Int) throws {
        let image: [(String, Operation)] = [
            ("frame", .pad(Padding2D(top: 1, left: 0, bottom: 2, right: 3), value: -0.5)),
            ("parts", .slice(Slicing(axis: 3, start: -1, end: -Int(Int32.max), step: -2))),
            ("rows", .slice(Slicing(axis: 2, start: 1, end: -1))),
            ("columns", .reshape([0, 4, -1])), ("tokens", .permute([0, 2, 1])),
            ("two", .layerNormalization(LayerNormalization(scale: "s2", bias: "b2", axes: 2, epsilon: 1e-4))),
            ("last", .layerNormalization(LayerNormalization(scale: "s", bias: nil, epsilon: 1e-5))),
            ("bare", .layerNormalization(LayerNormalization(scale: nil, bias: nil, epsilon: 1e-5))),
            ("linear", .linear(Linear(weight: "w", bias: "b"))), ("plain", .linear(Linear(weight: "w2"))),
        ]
        var nodes: [Node] = []
        for (name, operation) in image {
            nodes.append(Node(name: name, operation: operation, inputs: [nodes.last?.output ?? "x"], output: name))
        }
        func add(_ name: String, _ operation: Operation, _ inputs: [String]) {
            nodes.append(Node(name: name, operation: operation, inputs: inputs, output: name))
        }
        add("class", .parameter(weight: "token", isPerImage: true), [])
        add("all", .concatenate(axis: 1), ["class", "plain"])
        add("positions", .parameter(weight: "places", isPerImage: false), [])
        add("placed", .add, ["all", "positions"])
        add("turned", .permute([0, 2, 1]), ["placed"])
        add("scores", .matrixProduct, ["placed", "turned"])
        add("shares", .softmax(axis: 2), ["scores"])
        add("mixed", .matrixProduct, ["shares", "placed"])
        add("mean", .reduceMean(axes: [1], keepsAxes: false), ["mixed"])
        add("kept", .reduceMean(axes: [1, 2], keepsAxes: true), ["mixed"])
        add("length", .reduceL2(axes: [1], keepsAxes: true), ["mean"])
        add("norm", .reduceL2(axes: [1, 2], keepsAxes: false), ["mixed"])
        add("largest", .globalMaxPool, ["frame"])
        let shapes: [(String, [Int])] = [
            ("s2", [20, 4]), ("b2", [20, 4]), ("s", [4]), ("w", [6, 4]), ("b", [6]), ("w2", [5, 6]), ("token", [1, 1, 5]),
            ("places", [1, 21, 5]),
        ]
        let graph = Graph(
            inputs: [.init(name: "x", type: ValueType([.batch, .fixed(4), .fixed(4), .fixed(5)]))], nodes: nodes,
            outputs: ["mean", "kept", "length", "norm", "largest"])
        let contract = InputContract(
            height: 4, width: 5, standardDeviation: 1, crop: .none, embeddingLength: nil, isNormalized: false, metric: .none)
        let model = try Model(
            weights: FlatExport.weights(try shapes.map { ($0.0, try FlatExport.tensor(.float32, $0.1)) }), graph: graph, contract: contract,
            architecture: .custom)
        let opened = try ONNXTrip.check(model, ONNXTrip.options(opset: opset)).opened
        let read = try #require(try OpenedModel(opened).content.model)
        #expect(read.graph == graph && read.weights.entries.map(\.name) == shapes.map(\.0))
    }

    @Test("A mean over equal parts is written as a pooling, and one over others is refused by name")
    func adaptivePooling() throws {
        func model(_ size: Size2D) throws -> Model {
            let graph = Graph(
                inputs: [.init(name: "x", type: ValueType([.batch, .fixed(2), .fixed(6), .fixed(4)]))],
                nodes: [Node(name: "parts", operation: .adaptiveAveragePool(size), inputs: ["x"], output: "parts")], outputs: ["parts"])
            let contract = InputContract(
                height: 6, width: 4, standardDeviation: 1, crop: .none, embeddingLength: nil, isNormalized: false, metric: .none)
            return try Model(
                weights: FlatExport.weights([("unused", try FlatExport.tensor(.float32, [1]))]), graph: graph, contract: contract,
                architecture: .custom)
        }
        let opened = try ONNXTrip.check(try model(Size2D(3, 2)), ONNXTrip.options(opset: 17)).opened
        let read = try #require(try OpenedModel(opened).content.model)
        #expect(read.graph.nodes.map(\.operation) == [.averagePool(Pooling(kernel: Size2D(2), stride: Size2D(2)))])
        #expect(throws: ONNXError.self) { try ONNXTrip.check(try model(Size2D(4, 2)), ONNXTrip.options(opset: 17)) }
    }
}
