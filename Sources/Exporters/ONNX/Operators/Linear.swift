import ConvertIR

extension ONNXWriting {
    static func linear(_ layer: Linear) -> [ONNXWriting] {
        [
            ONNXWriting { node, names in
                let inputs = [names.weight(layer.weight)] + (layer.bias.map { [names.weight($0)] } ?? [])
                return [names.node(node, "Gemm", inputs, [("transB", .integer(1))])]
            }
        ]
    }
}

extension ONNXGraphReader {
    static let linearReadings: [String: ONNXReading] = [
        "Gemm": ONNXReading(inputs: 2...3, attributes: ["alpha", "beta", "transA", "transB"]) { reader, node in try reader.gemm(node) },
        "MatMul": ONNXReading(inputs: 2...2) { reader, node in try reader.matrixProduct(node) },
    ]

    mutating func gemm(_ node: ONNXNode) throws {
        let input = try value(node, 0)
        guard node.inputs.count >= 2 else { throw unsupported(node, "it has no weight") }
        guard float(node, "alpha", default: 1) == 1, float(node, "beta", default: 1) == 1, integer(node, "transA", default: 0) == 0 else {
            throw unsupported(node, "alpha, beta or transA are not at their usual values")
        }
        let isTurned = integer(node, "transB", default: 0) == 0
        let weight = try weight(node.inputs[1], node, "weight") { isTurned ? try ONNXGraphReader.turned($0) : $0 }
        let bias = node.inputs.count > 2 && !node.inputs[2].isEmpty ? try self.weight(node.inputs[2], node, "bias") : nil
        try append(node, .linear(Linear(weight: weight, bias: bias)), [input], rank: 2)
    }

    mutating func matrixProduct(_ node: ONNXNode) throws {
        let input = try value(node, 0)
        guard node.inputs.count == 2, rank(input) == 2 else { throw unsupported(node, "only a matrix times a stored weight") }
        let weight = try weight(node.inputs[1], node, "weight") { try ONNXGraphReader.turned($0) }
        try append(node, .linear(Linear(weight: weight)), [input], rank: 2)
    }
}
