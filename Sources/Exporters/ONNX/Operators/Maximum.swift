import ConvertIR

extension ONNXWriting {
    static let maximum = [ONNXWriting { node, names in [names.node(node, "Max")] }]
}

extension ONNXGraphReader {
    static let maximumReadings: [String: ONNXReading] = [
        "Max": ONNXReading(inputs: 1...Int.max) { reader, node in try reader.maximum(node) }
    ]

    /// Of two values, one of which may be stored, of a norm and its lower limit, or of a value and a stored number, which is a clip.
    mutating func maximum(_ node: ONNXNode) throws {
        if let first = node.inputs.first, norms[resolve(first)] != nil { return try clamp(node) }
        guard node.inputs.count == 2 else { throw unsupported(node, "only of two values") }
        if let (input, bound) = try valueAndNumber(node) { return try limit(node, input, minimum: bound, maximum: .infinity) }
        for (index, other) in [(0, 1), (1, 0)] where constant(resolve(node.inputs[other])) != nil {
            let input = try value(node, index)
            return try append(node, .maximum, [input, try operand(node, other, rank: rank(input))], rank: rank(input))
        }
        let inputs = [try value(node, 0), try value(node, 1)]
        try append(node, .maximum, inputs, rank: max(rank(inputs[0]), rank(inputs[1])))
    }

    /// A computed value and a stored number, in either order; nil for two other inputs.
    mutating func valueAndNumber(_ node: ONNXNode) throws -> (String, Double)? {
        for (index, other) in [(0, 1), (1, 0)] {
            guard constant(resolve(node.inputs[other])) != nil, let number = try number(resolve(node.inputs[other])) else { continue }
            return (try value(node, index), number)
        }
        return nil
    }
}
