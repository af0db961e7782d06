import ConvertIR

extension ONNXWriting {
    /// The operator is new in set 14.
    static let hardSwish = [
        ONNXWriting(opsets: 11...13) { node, names in
            let gate = ONNXNode(
                name: "\(node.name).gate", operatorName: "HardSigmoid", inputs: node.inputs, outputs: ["\(node.name).gate"],
                attributes: attributes(HardSigmoid()).map { (name: $0.0, value: $0.1) })
            return [gate, names.node(node, "Mul", gate.outputs)]
        }, ONNXWriting(opsets: 14...22) { node, names in [names.node(node, "HardSwish")] },
    ]
}

extension ONNXGraphReader {
    static let hardSwishReadings: [String: ONNXReading] = [
        "HardSwish": ONNXReading(inputs: 1...1) { reader, node in try reader.pass(node, .hardSwish) }
    ]

    /// Whether one value is torch's hard sigmoid of the other, so that their product is a hard swish.
    func isHardSwish(_ value: String, _ gate: String) -> Bool {
        guard let producer = producer(gate), producer.inputs == [value], case .hardSigmoid(let layer) = producer.operation else {
            return false
        }
        return layer == HardSigmoid()
    }
}
