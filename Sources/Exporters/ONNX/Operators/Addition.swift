import ConvertIR

extension ONNXWriting {
    static let add = [ONNXWriting { node, names in [names.node(node, "Add")] }]
}

extension ONNXGraphReader {
    static let addReadings: [String: ONNXReading] = ["Add": ONNXReading(inputs: 2...2) { reader, node in try reader.add(node) }]

    mutating func add(_ node: ONNXNode) throws {
        guard node.inputs.count == 2 else { throw unsupported(node, "it has \(node.inputs.count) inputs") }
        if try addToGaussian(node) { return }
        for (index, other) in [(0, 1), (1, 0)] where constant(resolve(node.inputs[other])) != nil {
            let input = try value(node, index)
            // A matrix product and the addition after it are one linear layer.
            guard let position = producers[input], case .linear(var layer) = nodes[position].operation, layer.bias == nil,
                readers[input] == 1, let output = node.outputs.first, stored(resolve(node.inputs[other]))?.shape.count == 1
            else {
                if let numbers = try channelNumbers(node.inputs[other], rank: rank(input)) {
                    return try append(node, .subtract(numbers.map { -$0 }), [input], rank: rank(input))
                }
                let inputs = [input, try operand(node, other, rank: rank(input))]
                return try append(node, .add, inputs, rank: rank(input))
            }
            layer.bias = try weight(resolve(node.inputs[other]), node, "bias")
            nodes[position].operation = .linear(layer)
            return moveOutput(position, to: output)
        }
        let inputs = [try value(node, 0), try value(node, 1)]
        try append(node, .add, inputs, rank: max(rank(inputs[0]), rank(inputs[1])))
    }
}
