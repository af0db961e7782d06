import ConvertIR
import Testing

@testable import Exporters

/// Every kind of operation can be written as ONNX at every operator set, and is read back from what was written.
@Suite struct ONNXOperatorTests {
    /// One operation of each kind; the test below says which is missing.
    static let samples: [Operation] = [
        .convolution(Convolution(weight: "w", bias: "b")),
        .batchNormalization(BatchNormalization(scale: "s", bias: "b", mean: "m", variance: "v", epsilon: 1e-5)), .prelu(slope: "s"), .relu,
        .sigmoid, .tanh, .clip(minimum: 0, maximum: 6), .clip(minimum: -.infinity, maximum: 6), .leakyReLU(slope: 0.1),
        .hardSigmoid(HardSigmoid()), .hardSwish, .gelu(isApproximate: false), .gelu(isApproximate: true), .product, .maximum, .add,
        .multiply(2), .divide(2), .subtract(2), .selectChannels([0]), .concatenate(axis: 1),
        .maxPool(Pooling(kernel: Size2D(2), stride: Size2D(2))), .averagePool(Pooling(kernel: Size2D(2), stride: Size2D(2))),
        .globalAveragePool, .linear(Linear(weight: "w", bias: "b")), .flatten, .permute([0, 2, 3, 1]), .softmax(axis: 1),
        .l2Normalize(axis: 1, epsilon: 1e-12), .convertToFloat,
        .layerNormalization(LayerNormalization(scale: "s", bias: "b", epsilon: 1e-5)),
        .layerNormalization(LayerNormalization(scale: nil, bias: nil, axes: 2, epsilon: 1e-5)), .matrixProduct, .reshape([0, 2, -1]),
        .slice(Slicing(axis: 1, start: 0, end: 2)), .pad(Padding2D(1), value: 0.5), .reduceMean(axes: [1], keepsAxes: true),
        .reduceL2(axes: [1, 2], keepsAxes: false), .parameter(weight: "w", isPerImage: true), .parameter(weight: "w", isPerImage: false),
        .adaptiveAveragePool(Size2D(2)), .globalMaxPool,
    ]

    /// Operations whose ONNX operator is read by the file of a different one, which tells them apart.
    static let readElsewhere: [OperationKind: OperationKind] = [
        .linear: .matrixProduct, .product: .multiply, .l2Normalize: .reduceL2, .adaptiveAveragePool: .averagePool, .hardSwish: .hardSigmoid,
        .gelu: .tanh,
    ]

    /// Operations that ONNX cannot hold.
    static let notWritable: Set<OperationKind> = []

    @Test("There is a sample of every kind")
    func everyKind() { #expect(Set(ONNXOperatorTests.samples.map(\.kind)) == Set(OperationKind.allCases)) }

    @Test(
        "Every kind is written at every operator set, in operators that are read", arguments: samples.indices,
        Array(ONNXError.writableOpsets))
    func writings(_ index: Int, opset: Int) throws {
        let operation = ONNXOperatorTests.samples[index]
        let node = Node(name: "n", operation: operation, inputs: ["x"], output: "y")
        let names = ONNXNames(
            shapes: ["w": [1, 1, 1, 1]], cast: [], types: ["x": ValueType([.batch, .fixed(4), .fixed(8), .fixed(8)])], input: "x")
        guard !ONNXOperatorTests.notWritable.contains(operation.kind) else {
            #expect(throws: ONNXError.self) { try operation.onnxNodes(node, names, opset: opset) }
            return
        }
        let nodes = try operation.onnxNodes(node, names, opset: opset)
        #expect(nodes.last?.outputs == ["y"] && nodes.contains { $0.inputs.contains("x") || operation.kind == .parameter })
        for node in nodes where node.operatorName != "Constant" {
            #expect(ONNXGraphReader.readings[node.operatorName] != nil, "\(node.operatorName)")
        }
        // The operator that gives the output, or one of those before it, is read by the file of the operation.
        let kinds = [operation.kind, ONNXOperatorTests.readElsewhere[operation.kind] ?? operation.kind]
        #expect(nodes.contains { node in kinds.contains { $0.onnxReadings[node.operatorName] != nil } })
    }

    @Test("No ONNX operator has two readings")
    func readings() {
        let all = OperationKind.allCases.flatMap { $0.onnxReadings.keys } + ONNXGraphReader.renamingReadings.keys
        #expect(Set(all).count == all.count && ONNXGraphReader.readings.count == all.count)
    }
}
