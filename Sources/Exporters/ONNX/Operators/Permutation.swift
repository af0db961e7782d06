import ConvertIR
import ConvertTensors

extension ONNXWriting {
    static func permute(_ axes: [Int]) -> [ONNXWriting] {
        [ONNXWriting { node, names in [names.node(node, "Transpose", [], [("perm", .integers(axes.map { Int64($0) }))])] }]
    }
}

extension ONNXGraphReader {
    static let permuteReadings: [String: ONNXReading] = [
        "Transpose": ONNXReading(inputs: 1...1, attributes: ["perm"]) { reader, node in try reader.transpose(node) }
    ]

    /// Without constant folding, torch turns a linear layer's weight in the graph.
    mutating func transpose(_ node: ONNXNode) throws {
        var given: [Int64]?
        if case .integers(let axes)? = node["perm"] { given = axes }
        if let (tensor, output) = stored(node) {
            let axes = given ?? [1, 0]
            guard axes == [1, 0], tensor.shape.count == 2 else { throw unsupported(node, "only a matrix of weights is turned") }
            weightKeys[output] = weightKeys[node.inputs[0]]
            views[output] = try ONNXGraphReader.turned(tensor)
            return
        }
        let input = try value(node, 0)
        let axes = given ?? (0..<Int64(rank(input))).reversed()
        try append(node, .permute(axes.compactMap { Int(exactly: $0) }), [input], rank: rank(input))
    }
}
