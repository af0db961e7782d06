import ConvertIR

extension ONNXWriting {
    static func reduceMean(_ axes: [Int], keepsAxes: Bool) -> [ONNXWriting] { reduction("ReduceMean", axes, keepsAxes) }
    static func reduceL2(_ axes: [Int], keepsAxes: Bool) -> [ONNXWriting] { reduction("ReduceL2", axes, keepsAxes) }

    /// Until opset 17 the axes are an attribute.
    private static func reduction(_ operatorName: String, _ axes: [Int], _ keepsAxes: Bool) -> [ONNXWriting] {
        let numbers = axes.map { Int64($0) }
        let keeps: (String, ONNXAttribute) = ("keepdims", .integer(keepsAxes ? 1 : 0))
        return [
            ONNXWriting(opsets: 11...17) { node, names in [names.node(node, operatorName, [], [("axes", .integers(numbers)), keeps])] },
            ONNXWriting(opsets: 18...22) { node, names in
                let axes = names.constant("\(node.name).axes", .integers(numbers))
                return [axes, names.node(node, operatorName, axes.outputs, [keeps])]
            },
        ]
    }
}

extension ONNXGraphReader {
    static let reduceMeanReadings: [String: ONNXReading] = [
        "ReduceMean": ONNXReading(inputs: 1...2, attributes: ONNXReading.reduction) { reader, node in try reader.reduceMean(node) }
    ]
    static let reduceL2Readings: [String: ONNXReading] = [
        "ReduceL2": ONNXReading(inputs: 1...2, attributes: ONNXReading.reduction) { reader, node in try reader.reduceL2(node) }
    ]

    /// Over an image's height and width it is a pooling.
    mutating func reduceMean(_ node: ONNXNode) throws {
        let input = try value(node, 0)
        let (axes, keepsAxes) = try reduction(node, input)
        guard rank(input) == 4, Set(axes) == [2, 3] else {
            return try append(
                node, .reduceMean(axes: axes, keepsAxes: keepsAxes), [input], rank: keepsAxes ? rank(input) : rank(input) - axes.count)
        }
        if keepsAxes { return try append(node, .globalAveragePool, [input], rank: 4) }
        let kept = try step(node, "kept", .globalAveragePool, [input], rank: 4)
        try append(node, .flatten, [kept], rank: 2)
    }

    /// Along one axis it may be part of an L2 normalization: it becomes a node only if something else reads it.
    mutating func reduceL2(_ node: ONNXNode) throws {
        let input = try value(node, 0)
        let (axes, keepsAxes) = try reduction(node, input)
        guard axes.count == 1, keepsAxes, let output = node.outputs.first else {
            return try append(
                node, .reduceL2(axes: axes, keepsAxes: keepsAxes), [input], rank: keepsAxes ? rank(input) : rank(input) - axes.count)
        }
        lateOrders[output] = order
        norms[output] = (input, axes[0], nil)
    }

    private mutating func reduction(_ node: ONNXNode, _ input: String) throws -> (axes: [Int], keepsAxes: Bool) {
        var axes = try reducedAxes(node)?.map { try axis($0, of: input, node) } ?? []
        if axes.isEmpty {
            guard node.inputs.count < 2 || node.inputs[1].isEmpty, integer(node, "noop_with_empty_axes", default: 0) == 0 else {
                throw unsupported(node, "its axes are missing or computed")
            }
            axes = Array(0..<rank(input))
        }
        return (axes.sorted(), integer(node, "keepdims", default: 1) != 0)
    }

    /// Has a value that might have been part of something larger become a node of its own, since something else reads it.
    mutating func becomeNode(_ name: String) throws {
        guard ranks[name] == nil else { return }
        let node = ONNXNode(name: name, operatorName: "Reduce", inputs: [], outputs: [name])
        if let norm = norms[name], norm.epsilon == nil {
            return try append(node, .reduceL2(axes: [norm.axis], keepsAxes: true), [norm.of], rank: rank(norm.of))
        }
        if let mean = normalizationParts[name], mean.part == .mean {
            try append(node, .reduceMean(axes: mean.axes, keepsAxes: true), [mean.of], rank: rank(mean.of))
        }
    }
}
