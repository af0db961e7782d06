import ConvertIR

extension ONNXWriting {
    static let matrixProduct = [ONNXWriting { node, names in [names.node(node, "MatMul")] }]
}

extension ONNXGraphReader {
    static let matrixProductReadings: [String: ONNXReading] = [
        "MatMul": ONNXReading(inputs: 2...2) { reader, node in try reader.matrixProduct(node) }
    ]

    /// With a stored matrix on the right it is a linear layer along the last axis.
    mutating func matrixProduct(_ node: ONNXNode) throws {
        guard node.inputs.count == 2 else { throw unsupported(node, "it has \(node.inputs.count) inputs") }
        if let tensor = stored(resolve(node.inputs[1])), tensor.shape.count == 2 {
            let input = try value(node, 0)
            let weight = try weight(resolve(node.inputs[1]), node, "weight") { try ONNXGraphReader.turned($0) }
            return try append(node, .linear(Linear(weight: weight)), [input], rank: rank(input))
        }
        let inputs = [try operand(node, 0), try operand(node, 1)]
        try append(node, .matrixProduct, inputs, rank: max(rank(inputs[0]), rank(inputs[1])))
    }
}
