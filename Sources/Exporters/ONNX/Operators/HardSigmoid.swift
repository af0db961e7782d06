import ConvertIR

extension ONNXWriting {
    static func hardSigmoid(_ layer: HardSigmoid) -> [ONNXWriting] {
        [ONNXWriting { node, names in [names.node(node, "HardSigmoid", [], attributes(layer))] }]
    }

    static func attributes(_ layer: HardSigmoid) -> [(String, ONNXAttribute)] {
        [("alpha", .float(Float(layer.alpha))), ("beta", .float(Float(layer.beta)))]
    }
}

extension ONNXGraphReader {
    static let hardSigmoidReadings: [String: ONNXReading] = [
        "HardSigmoid": ONNXReading(inputs: 1...1, attributes: ["alpha", "beta"]) { reader, node in
            // The operator's own default differs from torch's factor (onnx docs/Operators.md, HardSigmoid).
            let (alpha, beta) = (reader.float(node, "alpha", default: 0.2), reader.float(node, "beta", default: 0.5))
            try reader.pass(node, .hardSigmoid(ONNXGraphReader.hardSigmoid(alpha, beta)))
        }
    ]

    /// One sixth is not a short decimal number: torch's factor is meant by the float32 next to it.
    static func hardSigmoid(_ alpha: Double, _ beta: Double) -> HardSigmoid {
        HardSigmoid(alpha: Float(alpha) == Float(HardSigmoid.usualAlpha) ? HardSigmoid.usualAlpha : alpha, beta: beta)
    }
}
