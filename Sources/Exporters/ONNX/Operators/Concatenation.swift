import ConvertIR

extension ONNXWriting {
    static func concatenate(axis: Int) -> [ONNXWriting] {
        [ONNXWriting { node, names in [names.node(node, "Concat", [], [("axis", .integer(Int64(axis)))])] }]
    }
}

extension ONNXGraphReader {
    static let concatenateReadings: [String: ONNXReading] = [
        "Concat": ONNXReading(inputs: 1...Int.max, attributes: ["axis"]) { reader, node in try reader.concatenate(node) }
    ]

    mutating func concatenate(_ node: ONNXNode) throws {
        // A stored part, such as a class token, is the same for each image of those that it is joined with.
        var inputs: [String] = []
        for index in node.inputs.indices { inputs.append(try operand(node, index)) }
        if inputs.contains(where: { types[$0]?.shape.first == .batch }) { inputs.forEach { repeatForEachImage($0) } }
        guard let first = inputs.first, case .integer(let number)? = node["axis"] else { throw unsupported(node, "axis is missing") }
        try append(node, .concatenate(axis: try axis(number, of: first, node)), inputs, rank: rank(first))
    }
}
