import ConvertIR

extension ONNXWriting {
    static let flatten = [ONNXWriting { node, names in [names.node(node, "Flatten", [], [("axis", .integer(1))])] }]
}

extension ONNXGraphReader {
    static let flattenReadings: [String: ONNXReading] = [
        "Flatten": ONNXReading(inputs: 1...1, attributes: ["axis"]) { reader, node in try reader.flatten(node) }
    ]

    mutating func flatten(_ node: ONNXNode) throws {
        let input = try value(node, 0)
        guard try axis(integer(node, "axis", default: 1), of: input, node) == 1 else { throw unsupported(node, "axis other than 1") }
        try append(node, .flatten, [input], rank: 2)
    }
}
