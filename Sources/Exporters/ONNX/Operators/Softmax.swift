import ConvertIR

extension ONNXWriting {
    static func softmax(axis: Int) -> [ONNXWriting] {
        [ONNXWriting { node, names in [names.node(node, "Softmax", [], [("axis", .integer(Int64(axis)))])] }]
    }
}

extension ONNXGraphReader {
    static let softmaxReadings: [String: ONNXReading] = [
        "Softmax": ONNXReading(inputs: 1...1, attributes: ["axis"]) { reader, node in try reader.softmax(node) }
    ]

    mutating func softmax(_ node: ONNXNode) throws {
        let input = try value(node, 0)
        let isOld = opset < ONNXOpset.softmaxAxis
        let position = try axis(integer(node, "axis", default: isOld ? 1 : -1), of: input, node)
        guard !isOld || position == rank(input) - 1 else { throw unsupported(node, "a sum over several axes (operator sets before 13)") }
        try append(node, .softmax(axis: position), [input], rank: rank(input))
    }
}
