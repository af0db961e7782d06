import ConvertIR

extension ONNXWriting {
    static let relu = [ONNXWriting { node, names in [names.node(node, "Relu")] }]
}

extension ONNXGraphReader {
    static let reluReadings: [String: ONNXReading] = ["Relu": ONNXReading(inputs: 1...1) { reader, node in try reader.pass(node, .relu) }]
}
