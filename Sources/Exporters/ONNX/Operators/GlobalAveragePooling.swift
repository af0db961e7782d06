import ConvertIR

extension ONNXWriting {
    static let globalAveragePool = [ONNXWriting { node, names in [names.node(node, "GlobalAveragePool")] }]
}

extension ONNXGraphReader {
    static let globalAveragePoolReadings: [String: ONNXReading] = [
        "GlobalAveragePool": ONNXReading(inputs: 1...1) { reader, node in
            try reader.append(node, .globalAveragePool, [try reader.value(node, 0)], rank: 4)
        }
    ]
}
