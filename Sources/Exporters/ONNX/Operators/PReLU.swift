import ConvertIR
import ConvertTensors

extension ONNXWriting {
    static func prelu(slope: String) -> [ONNXWriting] {
        [ONNXWriting { node, names in [names.node(node, "PRelu", [names.weight(slope)])] }]
    }
}

extension ONNXGraphReader {
    static let preluReadings: [String: ONNXReading] = ["PRelu": ONNXReading(inputs: 2...2) { reader, node in try reader.prelu(node) }]

    /// A slope is broadcast from the last axis on; only one number per channel, or one for all channels, is what PReLU means here.
    mutating func prelu(_ node: ONNXNode) throws {
        let input = try value(node, 0)
        guard node.inputs.count == 2 else { throw unsupported(node, "it has no slope") }
        let rank = rank(input)
        let slope = try weight(node.inputs[1], node, "slope") { [file] tensor in
            let sizes = tensor.shape
            let channels: Int
            if tensor.elementCount == 1 {
                channels = 1
            } else if let position = sizes.firstIndex(where: { $0 != 1 }), sizes.count - position == rank - 1,
                sizes[(position + 1)...].allSatisfy({ $0 == 1 })
            {
                channels = sizes[position]
            } else {
                throw ONNXError.unsupportedUse(
                    file: file, node: node.name, operatorName: "PRelu",
                    detail: "a slope of shape \(sizes) does not run along the channels of a value with \(rank) axes")
            }
            return try Tensor(
                dtype: tensor.dtype, shape: [channels], storage: Storage(name: tensor.storage.name, bytes: tensor.cOrderBytes()))
        }
        try append(node, .prelu(slope: slope), [input], rank: rank)
    }
}
