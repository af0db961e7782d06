import ConvertIR

extension ONNXWriting {
    static func maxPool(_ pooling: Pooling) -> [ONNXWriting] {
        [ONNXWriting { node, names in [names.node(node, "MaxPool", [], window(pooling, node, names))] }]
    }

    static func averagePool(_ pooling: Pooling) -> [ONNXWriting] {
        [
            ONNXWriting { node, names in
                [
                    names.node(
                        node, "AveragePool", [],
                        window(pooling, node, names) + [("count_include_pad", .integer(pooling.countsPadding ? 1 : 0))])
                ]
            }
        ]
    }

    private static func window(_ pooling: Pooling, _ node: Node, _ names: ONNXNames) -> [(String, ONNXAttribute)] {
        let pooling = pooling.withoutVainCeiling(from: names.sizes(node.inputs.first), to: names.sizes(node.output))
        return [
            ("ceil_mode", .integer(pooling.ceilMode ? 1 : 0)), ("kernel_shape", pair(pooling.kernel)), ("pads", pads(pooling.padding)),
            ("strides", pair(pooling.stride)),
        ]
    }
}

extension ONNXGraphReader {
    static let maxPoolReadings: [String: ONNXReading] = [
        "MaxPool": ONNXReading(inputs: 1...1, outputs: 1...2, attributes: ONNXReading.window.union(["ceil_mode", "storage_order"])) {
            reader, node in try reader.pool(node)
        }
    ]
    static let averagePoolReadings: [String: ONNXReading] = [
        "AveragePool": ONNXReading(inputs: 1...1, attributes: ONNXReading.window.union(["ceil_mode", "count_include_pad"])) {
            reader, node in try reader.pool(node)
        }
    ]

    mutating func pool(_ node: ONNXNode) throws {
        let input = try value(node, 0)
        guard node["kernel_shape"] != nil else { throw unsupported(node, "kernel_shape is missing") }
        guard try size(node, "dilations", default: 1) == Size2D(1), node.outputs.dropFirst().allSatisfy(\.isEmpty),
            integer(node, "storage_order", default: 0) == 0
        else { throw unsupported(node, "dilation or indices") }
        let pooling = Pooling(
            kernel: try size(node, "kernel_shape", default: 1), stride: try size(node, "strides", default: 1), padding: try padding(node),
            ceilMode: integer(node, "ceil_mode", default: 0) != 0, countsPadding: integer(node, "count_include_pad", default: 0) != 0)
        if node.operatorName == "MaxPool" { return try append(node, .maxPool(pooling), [input], rank: 4) }
        try append(node, .averagePool(pooling), [input], rank: 4)
    }
}
