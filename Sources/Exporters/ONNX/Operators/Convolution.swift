import ConvertIR

extension ONNXWriting {
    static func convolution(_ layer: Convolution) -> [ONNXWriting] {
        [
            ONNXWriting { node, names in
                let kernel = names.shapeOfWeight(layer.weight).suffix(2).map { Int64($0) }
                return [
                    names.node(
                        node, "Conv", [names.weight(layer.weight)] + (layer.bias.map { [names.weight($0)] } ?? []),
                        [
                            ("dilations", pair(layer.dilation)), ("group", .integer(Int64(layer.groups))),
                            ("kernel_shape", .integers(kernel)), ("pads", pads(layer.padding)), ("strides", pair(layer.stride)),
                        ])
                ]
            }
        ]
    }
}

extension ONNXGraphReader {
    static let convolutionReadings: [String: ONNXReading] = [
        "Conv": ONNXReading(inputs: 2...3, attributes: ONNXReading.window.union(["group"])) { reader, node in try reader.convolution(node) }
    ]

    mutating func convolution(_ node: ONNXNode) throws {
        let input = try operand(node, 0)
        guard node.inputs.count >= 2 else { throw unsupported(node, "it has no weight") }
        let weight = try weight(node.inputs[1], node, "weight")
        let bias = node.inputs.count > 2 && !node.inputs[2].isEmpty ? try self.weight(node.inputs[2], node, "bias") : nil
        guard let groups = Int(exactly: integer(node, "group", default: 1)), (1...1 << 20) ~= groups else {
            throw unsupported(node, "group")
        }
        let layer = Convolution(
            weight: weight, bias: bias, stride: try size(node, "strides", default: 1), padding: try padding(node),
            dilation: try size(node, "dilations", default: 1), groups: groups)
        try append(node, .convolution(layer), [input], rank: 4)
    }
}
