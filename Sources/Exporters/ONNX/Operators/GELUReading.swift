import ConvertIR

/// A value that is on the way to a GELU: erf(x / √2) or tanh(…), to which 1 is added, and which is then multiplied by x and 0.5 in any order.
struct GaussianPart {
    /// The value x.
    let of: String
    let isApproximate: Bool
    var hasOne = false
    var hasValue = false
    var hasHalf = false
}

extension ONNXGraphReader {
    static let geluReadings: [String: ONNXReading] = [
        "Gelu": ONNXReading(inputs: 1...1, attributes: ["approximate"]) { reader, node in try reader.gelu(node) },
        "Erf": ONNXReading(inputs: 1...1) { reader, node in
            _ = try reader.value(node, 0)
            guard try reader.beginGaussian(node, isApproximate: false) else {
                throw reader.unsupported(node, "only as a part of GELU, of a value over √2")
            }
        },
    ]

    mutating func gelu(_ node: ONNXNode) throws {
        var isApproximate = false
        if case .string(let name)? = node["approximate"] {
            guard ["none", "tanh"].contains(name) else { throw unsupported(node, "approximate is \(name)") }
            isApproximate = name == "tanh"
        }
        try pass(node, .gelu(isApproximate: isApproximate))
    }

    /// Notes an erf or tanh over what GELU has inside; false for any other.
    @discardableResult
    mutating func beginGaussian(_ node: ONNXNode, isApproximate: Bool) throws -> Bool {
        guard let output = node.outputs.first else { return false }
        let inner = try value(node, 0)
        guard let source = isApproximate ? tangentSource(inner) : errorFunctionSource(inner) else { return false }
        gaussians[output] = GaussianPart(of: source, isApproximate: isApproximate)
        return true
    }

    /// Adds 1 to such a value. True if nothing else is to be done: an erf alone is not a value of the graph.
    mutating func addToGaussian(_ node: ONNXNode) throws -> Bool {
        for (index, other) in [(0, 1), (1, 0)] {
            guard var part = gaussians[resolve(node.inputs[index])], !part.hasOne, let output = node.outputs.first,
                try number(resolve(node.inputs[other])) == 1
            else { continue }
            part.hasOne = true
            gaussians[output] = part
            return !part.isApproximate
        }
        return false
    }

    /// Multiplies such a value. True if nothing else is to be done: it is whole now, or not a value of the graph.
    mutating func multiplyGaussian(_ node: ONNXNode) throws -> Bool {
        for (index, other) in [(0, 1), (1, 0)] {
            guard var part = gaussians[resolve(node.inputs[index])], part.hasOne, let output = node.outputs.first else { continue }
            let factor = resolve(node.inputs[other])
            if try number(factor) == 0.5, !part.hasHalf {
                part.hasHalf = true
            } else if factor == part.of, !part.hasValue {
                part.hasValue = true
            } else if half(factor) == part.of, !part.hasHalf, !part.hasValue {
                (part.hasHalf, part.hasValue) = (true, true)
            } else {
                continue
            }
            guard part.hasHalf, part.hasValue else {
                gaussians[output] = part
                return !part.isApproximate
            }
            try append(node, .gelu(isApproximate: part.isApproximate), [part.of], rank: rank(part.of))
            return true
        }
        return false
    }

    // MARK: What is inside

    /// The factor and the value, if a value is one times a number.
    private func scaled(_ value: String) -> (factor: Double, of: String)? {
        guard let node = producer(value), let input = node.inputs.first else { return nil }
        switch node.operation {
        case .multiply(let numbers): return numbers.single.map { ($0, input) }
        case .divide(let numbers): return numbers.single.map { (1 / $0, input) }
        default: return nil
        }
    }

    private func scaled(_ value: String, by expected: Double) -> String? {
        guard let (factor, source) = scaled(value), abs(factor - expected) < 1e-6 * expected else { return nil }
        return source
    }

    private func half(_ value: String) -> String? { scaled(value, by: 0.5) }

    /// x of x / √2.
    private func errorFunctionSource(_ inner: String) -> String? { scaled(inner, by: 0.5.squareRoot()) }

    /// x of √(2/π) · (x + 0.044715 · x³).
    private func tangentSource(_ inner: String) -> String? {
        guard let sum = scaled(inner, by: GELUConstants.beta), let addition = producer(sum), case .add = addition.operation,
            addition.inputs.count == 2
        else { return nil }
        for (value, share) in [(0, 1), (1, 0)] {
            let source = addition.inputs[value]
            if let cube = scaled(addition.inputs[share], by: GELUConstants.kappa), isCube(cube, of: source) { return source }
        }
        return nil
    }

    private func isCube(_ value: String, of source: String) -> Bool {
        guard let product = producer(value), case .product = product.operation, product.inputs.contains(source),
            let square = product.inputs.first(where: { $0 != source }).flatMap(producer), case .product = square.operation
        else { return false }
        return square.inputs == [source, source]
    }
}
