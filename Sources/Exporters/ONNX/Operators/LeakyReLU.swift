import ConvertIR

extension ONNXWriting {
    static func leakyReLU(slope: Double) -> [ONNXWriting] {
        [ONNXWriting { node, names in [names.node(node, "LeakyRelu", [], [("alpha", .float(Float(slope)))])] }]
    }
}

extension ONNXGraphReader {
    static let leakyReLUReadings: [String: ONNXReading] = [
        "LeakyRelu": ONNXReading(inputs: 1...1, attributes: ["alpha"]) { reader, node in
            try reader.pass(node, .leakyReLU(slope: reader.float(node, "alpha", default: 0.01)))
        }
    ]
}
