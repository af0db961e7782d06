import ConvertIR

extension ONNXWriting {
    static func clip(minimum: Double, maximum: Double) -> [ONNXWriting] {
        [
            ONNXWriting { node, names in
                let low = minimum.isFinite ? [names.constant("\(node.name).minimum", .float(Float(minimum)))] : []
                let high = maximum.isFinite ? [names.constant("\(node.name).maximum", .float(Float(maximum)))] : []
                // A bound that is left out before one that is given has an empty name.
                let bounds = [low.first?.outputs[0] ?? ""] + high.flatMap(\.outputs)
                return low + high + [names.node(node, "Clip", bounds == [""] ? [] : bounds)]
            }
        ]
    }
}

extension ONNXGraphReader {
    static let clipReadings: [String: ONNXReading] = [
        "Clip": ONNXReading(inputs: 1...3, attributes: ["max", "min"]) { reader, node in try reader.clip(node) },
        "Min": ONNXReading(inputs: 1...Int.max) { reader, node in try reader.minimum(node) },
    ]

    mutating func clip(_ node: ONNXNode) throws {
        if let first = node.inputs.first, norms[resolve(first)] != nil { return try clamp(node) }
        try pass(node, ONNXGraphReader.clip(try bound(node, "min", 1), try bound(node, "max", 2)))
    }

    /// A clip whose bounds may be missing. The largest numbers stand for none (onnx docs/Changelog.md, Clip-6).
    static func clip(_ minimum: Double?, _ maximum: Double?) -> Operation {
        func bound(_ number: Double?, or none: Double) -> Double {
            number.flatMap { abs($0) < Double(Float.greatestFiniteMagnitude) ? $0 : nil } ?? none
        }
        return .clip(minimum: bound(minimum, or: -.infinity), maximum: bound(maximum, or: .infinity))
    }

    /// A bound, as an input or, before operator set 11, an attribute; nil if there is none.
    private mutating func bound(_ node: ONNXNode, _ name: String, _ index: Int) throws -> Double? {
        if index < node.inputs.count, !node.inputs[index].isEmpty {
            guard let number = try number(resolve(node.inputs[index])) else { throw unsupported(node, "only bounds that are stored") }
            return number
        }
        if case .float(let number)? = node[name] { return number.shortestDecimal }
        return nil
    }

    /// Of a value and a stored number.
    mutating func minimum(_ node: ONNXNode) throws {
        guard node.inputs.count == 2, let (input, bound) = try valueAndNumber(node) else {
            throw unsupported(node, "only of a value and a stored number")
        }
        try limit(node, input, minimum: -.infinity, maximum: bound)
    }

    /// One bound of a clip. torch's newer exporter writes ReLU6 as a ReLU and an upper bound: two bounds one after the other are one clip.
    mutating func limit(_ node: ONNXNode, _ input: String, minimum: Double, maximum: Double) throws {
        if let before = producer(input), readers[input] == 1, let first = before.inputs.first {
            let bounds: (low: Double, high: Double)? =
                switch before.operation {
                case .relu: (0, .infinity)
                case .clip(let low, let high): (low, high)
                default: nil
                }
            if let bounds, minimum == -.infinity, bounds.high == .infinity, bounds.low <= maximum {
                return try append(node, .clip(minimum: bounds.low, maximum: maximum), [first], rank: rank(first))
            }
            if let bounds, maximum == .infinity, bounds.low == -.infinity, minimum <= bounds.high {
                return try append(node, .clip(minimum: minimum, maximum: bounds.high), [first], rank: rank(first))
            }
        }
        try append(node, .clip(minimum: minimum, maximum: maximum), [input], rank: rank(input))
    }
}
