import ConvertIR

extension ONNXWriting {
    static let globalMaxPool = [ONNXWriting { node, names in [names.node(node, "GlobalMaxPool")] }]
}

extension ONNXGraphReader {
    static let globalMaxPoolReadings: [String: ONNXReading] = [
        "GlobalMaxPool": ONNXReading(inputs: 1...1) { reader, node in
            try reader.append(node, .globalMaxPool, [try reader.value(node, 0)], rank: 4)
        },
        "ReduceMax": ONNXReading(inputs: 1...2, attributes: ONNXReading.reduction) { reader, node in try reader.reduceMaximum(node) },
    ]

    mutating func reduceMaximum(_ node: ONNXNode) throws {
        let input = try value(node, 0)
        guard let axes = try reducedAxes(node), rank(input) == 4, try Set(axes.map { try axis($0, of: input, node) }) == [2, 3] else {
            throw unsupported(node, "only the maximum over height and width")
        }
        if integer(node, "keepdims", default: 1) != 0 { return try append(node, .globalMaxPool, [input], rank: 4) }
        let kept = try step(node, "kept", .globalMaxPool, [input], rank: 4)
        try append(node, .flatten, [kept], rank: 2)
    }
}
