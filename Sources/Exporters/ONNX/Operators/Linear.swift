import ConvertIR
import ConvertTensors

extension ONNXWriting {
    static func linear(_ layer: Linear) -> [ONNXWriting] {
        [
            ONNXWriting { node, names in
                guard names.rank(node.inputs.first) <= 2 else { return alongLastAxis(layer, node, names) }
                let inputs = [names.weight(layer.weight)] + (layer.bias.map { [names.weight($0)] } ?? [])
                return [names.node(node, "Gemm", inputs, [("transB", .integer(1))])]
            }
        ]
    }

    /// Gemm takes matrices alone.
    private static func alongLastAxis(_ layer: Linear, _ node: Node, _ names: ONNXNames) -> [ONNXNode] {
        let turned = ONNXNode(
            name: "\(node.name).turned", operatorName: "Transpose", inputs: [names.weight(layer.weight)],
            outputs: ["\(node.name).turned"], attributes: [("perm", .integers([1, 0]))])
        guard let bias = layer.bias else { return [turned, names.node(node, "MatMul", turned.outputs)] }
        let product = ONNXNode(
            name: node.name, operatorName: "MatMul", inputs: node.inputs + turned.outputs,
            outputs: ["\(node.name).product"])
        let sum = ONNXNode(
            name: "\(node.name).sum", operatorName: "Add", inputs: product.outputs + [names.weight(bias)], outputs: [node.output])
        return [turned, product, sum]
    }
}

extension ONNXGraphReader {
    static let linearReadings: [String: ONNXReading] = [
        "Gemm": ONNXReading(inputs: 2...3, attributes: ["alpha", "beta", "transA", "transB"]) { reader, node in try reader.gemm(node) }
    ]

    mutating func gemm(_ node: ONNXNode) throws {
        let input = try value(node, 0)
        guard node.inputs.count >= 2 else { throw unsupported(node, "it has no weight") }
        guard float(node, "alpha", default: 1) == 1, float(node, "beta", default: 1) == 1, integer(node, "transA", default: 0) == 0 else {
            throw unsupported(node, "alpha, beta or transA are not at their usual values")
        }
        let isTurned = integer(node, "transB", default: 0) == 0
        let weight = try weight(node.inputs[1], node, "weight") { isTurned ? try ONNXGraphReader.turned($0) : $0 }
        let bias =
            node.inputs.count > 2 && !node.inputs[2].isEmpty ? try self.weight(node.inputs[2], node, "bias", as: ONNXGraphReader.row) : nil
        if let outputs = used[weight]?.shape.first, let numbers = bias.flatMap({ used[$0] })?.elementCount, numbers != outputs {
            throw unsupported(node, "a bias of \(numbers) numbers for \(outputs) outputs")
        }
        try append(node, .linear(Linear(weight: weight, bias: bias)), [input], rank: rank(input))
    }

    /// A tensor of [1, outputs], or a number for the only output, as one of [outputs], to which it is broadcast.
    private static func row(_ tensor: Tensor) throws -> Tensor {
        guard tensor.shape.isEmpty || tensor.shape.count == 2 && tensor.shape[0] == 1 else { return tensor }
        return try Tensor(
            dtype: tensor.dtype, shape: [tensor.shape.last ?? 1], strides: [tensor.strides.last ?? 1], offset: tensor.offset,
            storage: tensor.storage)
    }
}
