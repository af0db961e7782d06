import ConvertIR

extension ONNXWriting {
    static func batchNormalization(_ layer: BatchNormalization) -> [ONNXWriting] {
        [
            ONNXWriting { node, names in
                [
                    names.node(
                        node, "BatchNormalization", [layer.scale, layer.bias, layer.mean, layer.variance].map(names.weight),
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
            scale: try weight(node.inputs[1], node, "scale"), bias: try weight(node.inputs[2], node, "bias"),
            mean: try weight(node.inputs[3], node, "mean"), variance: try weight(node.inputs[4], node, "variance"),
            epsilon: float(node, "epsilon", default: 1e-5))
        try append(node, .batchNormalization(layer), [input], rank: rank(input))
    }
}
