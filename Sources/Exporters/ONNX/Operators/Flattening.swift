import ConvertIR

extension ONNXWriting {
    static let flatten = [ONNXWriting { node, names in [names.node(node, "Flatten", [], [("axis", .integer(1))])] }]
}

extension ONNXGraphReader {
    static let flattenReadings: [String: ONNXReading] = [
        "Flatten": ONNXReading(inputs: 1...1, attributes: ["axis"]) { reader, node in try reader.flatten(node) },
        "Reshape": ONNXReading(inputs: 2...2, attributes: ["allowzero"]) { reader, node in try reader.reshape(node) },
        "Squeeze": ONNXReading(inputs: 1...2, attributes: ["axes"]) { reader, node in try reader.reshape(node) },
    ]

    mutating func flatten(_ node: ONNXNode) throws {
        let input = try value(node, 0)
        guard try axis(integer(node, "axis", default: 1), of: input, node) == 1 else { throw unsupported(node, "axis other than 1") }
        try append(node, .flatten, [input], rank: 2)
    }

    /// Only what flattens everything after the batch.
    mutating func reshape(_ node: ONNXNode) throws {
        let input = try value(node, 0)
        if node.operatorName == "Squeeze" {
            guard rank(input) == 4, let position = producers[input], case .globalAveragePool = nodes[position].operation,
                try reducedAxes(node).map({ try Set($0.map { try axis($0, of: input, node) }) == [2, 3] }) == true
            else { throw unsupported(node, "only height and width of 1 can be taken away") }
            return try append(node, .flatten, [input], rank: 2)
        }
        guard node.inputs.count == 2 else { throw unsupported(node, "its shape is missing") }
        var items = shapes[resolve(node.inputs[1])]
        if items == nil { items = try integers(node.inputs[1])?.map { .size($0) } }
        guard let items, items.count == 2 else { throw unsupported(node, "only flattening to two axes") }
        let keepsBatch: Bool
        switch items[0] {
        case .axis(let axis): keepsBatch = axis == 0
        case .size(let size):
            keepsBatch = size == 0 && integer(node, "allowzero", default: 0) == 0 || size == -1 || size == 1 || size == fixedBatch
        }
        guard keepsBatch else { throw unsupported(node, "the batch would not stay the first axis") }
        if case .size(let size) = items[1], size > 0, let output = node.outputs.first { claimedFeatures[output] = size }
        try append(node, .flatten, [input], rank: 2)
    }
}
