import ConvertIR

extension ONNXWriting {
    /// Until opset 17 ReduceL2 has its axes as an attribute.
    static func l2Normalize(axis: Int, epsilon: Double) -> [ONNXWriting] {
        [
            ONNXWriting(opsets: 11...17) { node, names in
                let norm = ONNXNode(
                    name: "\(node.name).norm", operatorName: "ReduceL2", inputs: node.inputs, outputs: ["\(node.name).norm"],
                    attributes: [("axes", .integers([Int64(axis)])), ("keepdims", .integer(1))])
                return [norm] + clampAndDivide(node, names, epsilon)
            },
            ONNXWriting(opsets: 18...22) { node, names in
                let axes = names.constant("\(node.name).axes", .integers([Int64(axis)]))
                let norm = ONNXNode(
                    name: "\(node.name).norm", operatorName: "ReduceL2", inputs: node.inputs + axes.outputs,
                    outputs: ["\(node.name).norm"], attributes: [("keepdims", .integer(1))])
                return [axes, norm] + clampAndDivide(node, names, epsilon)
            },
        ]
    }

    /// ‖x‖ raised to at least ε, and x divided by it: torch's `F.normalize`; LpNormalization has no ε.
    private static func clampAndDivide(_ node: Node, _ names: ONNXNames, _ epsilon: Double) -> [ONNXNode] {
        let limit = names.constant("\(node.name).epsilon", .float(Float(epsilon)))
        let clamp = ONNXNode(
            name: "\(node.name).clamp", operatorName: "Clip", inputs: ["\(node.name).norm"] + limit.outputs,
            outputs: ["\(node.name).clamp"])
        return [limit, clamp, names.node(node, "Div", clamp.outputs)]
    }
}

extension ONNXGraphReader {
    static let l2NormalizeReadings: [String: ONNXReading] = [
        "LpNormalization": ONNXReading(inputs: 1...1, attributes: ["axis", "p"]) { reader, node in try reader.normalize(node) }
    ]

    /// A norm that is kept above ε.
    mutating func clamp(_ node: ONNXNode) throws {
        guard let first = node.inputs.first, let norm = norms[resolve(first)], norm.epsilon == nil, let output = node.outputs.first else {
            throw unsupported(node, "only a norm can be limited")
        }
        var limit: Double?
        if case .float(let number)? = node["min"] { limit = number.shortestDecimal }
        if node.inputs.count > 1, !node.inputs[1].isEmpty { limit = try number(node.inputs[1]) }
        let hasMaximum = node["max"] != nil || (node.operatorName == "Clip" && node.inputs.count > 2 && !node.inputs[2].isEmpty)
        guard let limit, !hasMaximum, node.operatorName == "Clip" || node.inputs.count == 2 else {
            throw unsupported(node, "only a lower limit that is stored")
        }
        norms[output] = (norm.of, norm.axis, limit)
    }

    /// A division by the norm that `reduceL2` and `clamp` have followed; false for any other.
    mutating func divideByNorm(_ node: ONNXNode, _ input: String) throws -> Bool {
        guard let norm = norms[resolve(node.inputs[1])], norm.of == input else { return false }
        try append(node, .l2Normalize(axis: norm.axis, epsilon: norm.epsilon ?? 0), [input], rank: rank(input))
        return true
    }

    mutating func normalize(_ node: ONNXNode) throws {
        let input = try value(node, 0)
        guard integer(node, "p", default: 2) == 2 else { throw unsupported(node, "only the norm with p = 2") }
        let index = try axis(integer(node, "axis", default: -1), of: input, node)
        try append(node, .l2Normalize(axis: index, epsilon: Model.normalizationEpsilon), [input], rank: rank(input))
    }
}
