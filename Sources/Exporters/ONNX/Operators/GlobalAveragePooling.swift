import ConvertIR

extension ONNXWriting {
    static let globalAveragePool = [ONNXWriting { node, names in [names.node(node, "GlobalAveragePool")] }]
}

extension ONNXGraphReader {
    static let globalAveragePoolReadings: [String: ONNXReading] = [
        "GlobalAveragePool": ONNXReading(inputs: 1...1) { reader, node in
            try reader.append(node, .globalAveragePool, [try reader.value(node, 0)], rank: 4)
        }, "ReduceMean": ONNXReading(inputs: 1...2, attributes: ONNXReading.reduction) { reader, node in try reader.reduceMean(node) },
    ]

    mutating func reduceMean(_ node: ONNXNode) throws {
        let input = try value(node, 0)
        guard let axes = try reducedAxes(node), rank(input) == 4, try Set(axes.map { try axis($0, of: input, node) }) == [2, 3] else {
            throw unsupported(node, "only the mean over height and width")
        }
        if integer(node, "keepdims", default: 1) != 0 { return try append(node, .globalAveragePool, [input], rank: 4) }
        var inner = node
        inner.outputs = [label(node) + ".kept"]
        try append(inner, .globalAveragePool, [input], rank: 4, named: label(node) + ".kept")
        try append(node, .flatten, inner.outputs, rank: 2)
    }
}
