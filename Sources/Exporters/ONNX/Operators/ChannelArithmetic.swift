import ConvertIR
import ConvertTensors

extension ONNXWriting {
    static func multiply(_ constant: ChannelNumbers) -> [ONNXWriting] { arithmetic("Mul", constant) }
    static func divide(_ constant: ChannelNumbers) -> [ONNXWriting] { arithmetic("Div", constant) }
    static func subtract(_ constant: ChannelNumbers) -> [ONNXWriting] { arithmetic("Sub", constant) }

    private static func arithmetic(_ operatorName: String, _ constant: ChannelNumbers) -> [ONNXWriting] {
        [
            ONNXWriting { node, names in
                // Axis 1 is counted from the end, as ONNX repeats a smaller value.
                let value = names.constant(
                    "\(node.name).constant", .numbers(constant, furtherAxes: max(0, names.rank(node.inputs.first) - 2)))
                return [value, names.node(node, operatorName, value.outputs)]
            }
        ]
    }
}

extension ONNXGraphReader {
    static let multiplyReadings: [String: ONNXReading] = ["Mul": ONNXReading(inputs: 2...2) { reader, node in try reader.multiply(node) }]
    static let divideReadings: [String: ONNXReading] = ["Div": ONNXReading(inputs: 2...2) { reader, node in try reader.divide(node) }]
    static let subtractReadings: [String: ONNXReading] = ["Sub": ONNXReading(inputs: 2...2) { reader, node in try reader.subtract(node) }]

    mutating func multiply(_ node: ONNXNode) throws {
        guard node.inputs.count == 2 else { throw unsupported(node, "it has \(node.inputs.count) inputs") }
        if try multiplyGaussian(node) { return }
        for (index, other) in [(0, 1), (1, 0)] {
            guard constant(resolve(node.inputs[other])) != nil else { continue }
            let input = try value(node, index)
            guard let numbers = try channelNumbers(node.inputs[other], rank: rank(input)) else {
                return try append(node, .product, [input, try operand(node, other, rank: rank(input))], rank: rank(input))
            }
            return try append(node, .multiply(numbers), [input], rank: rank(input))
        }
        try product(node)
    }

    mutating func divide(_ node: ONNXNode) throws {
        let input = try value(node, 0)
        guard node.inputs.count == 2 else { throw unsupported(node, "it has \(node.inputs.count) inputs") }
        if let numbers = try channelNumbers(node.inputs[1], rank: rank(input), isWeight: false), numbers.values.allSatisfy({ $0 != 0 }) {
            return try append(node, .divide(numbers), [input], rank: rank(input))
        }
        guard try divideByNorm(node, input) else { throw unsupported(node, "only division by a number or a norm") }
    }

    mutating func subtract(_ node: ONNXNode) throws {
        let input = try value(node, 0)
        guard node.inputs.count == 2, let numbers = try channelNumbers(node.inputs[1], rank: rank(input), isWeight: false) else {
            throw unsupported(node, "only a stored number, or one per channel, can be subtracted")
        }
        try append(node, .subtract(numbers), [input], rank: rank(input))
    }

    /// Most channels that an image has.
    private static let mostImageChannels = 4
    /// Most numbers that an attribute has.
    private static let mostNumbers = 1 << 16

    /// One number, or one per channel: a stored tensor that runs along axis 1 of a value with `rank` axes, counted from its end. An initializer
    /// with more numbers than an image has channels is a weight.
    mutating func channelNumbers(_ name: String, rank: Int, isWeight: Bool = true) throws -> ChannelNumbers? {
        if let number = try number(name) { return ChannelNumbers(number) }
        let most =
            weightKeys[name] != nil && (isWeight || rank != 4) ? ONNXGraphReader.mostImageChannels : ONNXGraphReader.mostNumbers
        guard let tensor = constant(name), tensor.dtype.isFloatingPoint, (2...most) ~= tensor.elementCount,
            rank == 4 || rank >= 2 && weightKeys[name] == nil, let axis = tensor.shape.firstIndex(where: { $0 != 1 }),
            tensor.shape[axis] == tensor.elementCount,
            tensor.shape.count - axis == rank - 1
        else { return nil }
        if let key = weightKeys[name] { constantKeys.insert(key) }
        return ChannelNumbers(try tensor.doubles().map { Float($0).shortestDecimal })
    }
}
