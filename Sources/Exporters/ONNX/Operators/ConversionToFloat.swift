import ConvertIR

extension ONNXWriting {
    static let convertToFloat = [
        ONNXWriting { node, names in [names.node(node, "Cast", [], [("to", .integer(Int64(ONNXElementType.float32)))])] }
    ]
}

extension ONNXGraphReader {
    static let convertToFloatReadings: [String: ONNXReading] = [
        "Cast": ONNXReading(inputs: 1...1, attributes: ["round_mode", "saturate", "to"]) { reader, node in try reader.cast(node) }
    ]

    mutating func cast(_ node: ONNXNode) throws {
        guard let input = node.inputs.first, let output = node.outputs.first else { throw unsupported(node, "it has no input") }
        let code = integer(node, "to", default: 0)
        if let tensor = try castConstant(input, to: code) {
            constants[output] = tensor
            return
        }
        if ONNXDType.dtype(Int32(truncatingIfNeeded: code))?.isFloatingPoint == true, takeStored(input, as: output) {
            if code == Int64(ONNXElementType.float32) { widened.insert(output) }
            return
        }
        let value = try value(node, 0)
        // Between floating-point types a cast only rounds.
        let isFloat = code == Int64(ONNXElementType.float32)
        if [ONNXElementType.float16, ONNXElementType.bfloat16, ONNXElementType.float64].map(Int64.init).contains(code),
            !integerInputs.contains(value)
        {
            noteArithmetic(ONNXDType.dtype(Int32(truncatingIfNeeded: code))?.rawValue ?? "other")
            return try rename(node)
        }
        guard isFloat else { throw unsupported(node, "only casts to floating-point numbers") }
        if !integerInputs.contains(value) { return try rename(node) }
        try append(node, .convertToFloat, [value], rank: rank(value))
    }
}
