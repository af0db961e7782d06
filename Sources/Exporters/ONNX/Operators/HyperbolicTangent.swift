import ConvertIR

extension ONNXWriting {
    static let tanh = [ONNXWriting { node, names in [names.node(node, "Tanh")] }]
}

extension ONNXGraphReader {
    static let tanhReadings: [String: ONNXReading] = [
        "Tanh": ONNXReading(inputs: 1...1) { reader, node in
            try reader.pass(node, .tanh)
            try reader.beginGaussian(node, isApproximate: true)
        }
    ]
}
