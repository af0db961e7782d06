import ConvertIR

extension ONNXWriting {
    static let sigmoid = [ONNXWriting { node, names in [names.node(node, "Sigmoid")] }]
}

extension ONNXGraphReader {
    static let sigmoidReadings: [String: ONNXReading] = [
        "Sigmoid": ONNXReading(inputs: 1...1) { reader, node in try reader.pass(node, .sigmoid) }
    ]
}
