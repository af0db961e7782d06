import ConvertIR

extension ONNXWriting {
    static let product = [ONNXWriting { node, names in [names.node(node, "Mul")] }]
}

/// `Mul` is read with the multiplication by a constant.
extension ONNXGraphReader {
    static let productReadings: [String: ONNXReading] = ["Pow": ONNXReading(inputs: 2...2) { reader, node in try reader.power(node) }]

    /// Two computed values.
    mutating func product(_ node: ONNXNode) throws {
        let inputs = [try value(node, 0), try value(node, 1)]
        for (value, gate) in [(inputs[0], inputs[1]), (inputs[1], inputs[0])] where isHardSwish(value, gate) {
            return try append(node, .hardSwish, [value], rank: rank(value))
        }
        try append(node, .product, inputs, rank: max(rank(inputs[0]), rank(inputs[1])))
    }

    /// A square or a cube, as products.
    mutating func power(_ node: ONNXNode) throws {
        let input = try value(node, 0)
        let exponent = node.inputs.count == 2 ? try number(node.inputs[1]) : nil
        switch exponent {
        case 1: try rename(node)
        case 2: try append(node, .product, [input, input], rank: rank(input))
        case 3:
            var square = node
            square.outputs = [label(node) + ".square"]
            try append(square, .product, [input, input], rank: rank(input), named: square.outputs[0])
            try append(node, .product, [input, square.outputs[0]], rank: rank(input))
        default: throw unsupported(node, "only squares and cubes")
        }
    }

    /// The node that gives a value.
    func producer(_ value: String) -> Node? { producers[value].map { nodes[$0] } }
}
