import ConvertIR

extension ONNXWriting {
    static func batchNormalization(_ layer: BatchNormalization) -> [ONNXWriting] {
        [
            ONNXWriting { node, names in
                let channels = names.shapeOfWeight(layer.mean).first ?? 0
                // The operator always has both; Constant nodes are not among the weights.
                let ones = layer.scale == nil ? [names.constant("\(node.name).ones", .vector(.init(repeating: 1, count: channels)))] : []
                let zeros = layer.bias == nil ? [names.constant("\(node.name).zeros", .vector(.init(repeating: 0, count: channels)))] : []
                let scale = ones.first?.outputs.first ?? names.weight(layer.scale ?? "")
                let bias = zeros.first?.outputs.first ?? names.weight(layer.bias ?? "")
                return ones + zeros + [
                    names.node(
                        node, "BatchNormalization", [scale, bias, names.weight(layer.mean), names.weight(layer.variance)],
                        [("epsilon", .float(Float(layer.epsilon)))])
                ]
            }
        ]
    }
}

extension ONNXGraphReader {
    static let batchNormalizationReadings: [String: ONNXReading] = [
        "BatchNormalization": ONNXReading(inputs: 5...5, outputs: 1...5, attributes: ["epsilon", "momentum", "training_mode"]) {
            reader, node in try reader.batchNormalization(node)
        }
    ]

    mutating func batchNormalization(_ node: ONNXNode) throws {
        let input = try value(node, 0)
        guard node.inputs.count == 5 else { throw unsupported(node, "it has \(node.inputs.count) inputs") }
        guard integer(node, "training_mode", default: 0) == 0, integer(node, "spatial", default: 1) == 1,
            node.outputs.dropFirst().allSatisfy(\.isEmpty)
        else { throw unsupported(node, "training mode") }
        let layer = BatchNormalization(
            scale: try isConstantNode(node.inputs[1], of: 1) ? nil : try weight(node.inputs[1], node, "scale"),
            bias: try isConstantNode(node.inputs[2], of: 0) ? nil : try weight(node.inputs[2], node, "bias"),
            mean: try weight(node.inputs[3], node, "mean"), variance: try weight(node.inputs[4], node, "variance"),
            epsilon: float(node, "epsilon", default: 1e-5))
        try append(node, .batchNormalization(layer), [input], rank: rank(input))
    }

    /// Whether a value is given by a Constant node that holds one number over and over: what exporters write for a weight that is not there.
    private func isConstantNode(_ name: String, of number: Double) throws -> Bool {
        guard weightKeys[name] == nil, let tensor = constants[name], tensor.dtype.isFloatingPoint else { return false }
        return try tensor.doubles().allSatisfy { $0 == number }
    }
}
