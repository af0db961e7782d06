import ConvertIR
import ConvertTensors

extension ONNXWriting {
    static func multiply(_ constant: ChannelNumbers) -> [ONNXWriting] { arithmetic("Mul", constant) }
    static func divide(_ constant: ChannelNumbers) -> [ONNXWriting] { arithmetic("Div", constant) }
    static func subtract(_ constant: ChannelNumbers) -> [ONNXWriting] { arithmetic("Sub", constant) }

    private static func arithmetic(_ operatorName: String, _ constant: ChannelNumbers) -> [ONNXWriting] {
        [
            ONNXWriting { node, names in
                let value = names.constant("\(node.name).constant", .numbers(constant))
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
        if let numbers = try channelNumbers(node.inputs[1], rank: rank(input)), numbers.values.allSatisfy({ $0 != 0 }) {
            return try append(node, .divide(numbers), [input], rank: rank(input))
        }
        guard try divideByNorm(node, input) else { throw unsupported(node, "only division by a number or a norm") }
    }

    mutating func subtract(_ node: ONNXNode) throws {
        let input = try value(node, 0)
        guard node.inputs.count == 2, let numbers = try channelNumbers(node.inputs[1], rank: rank(input)) else {
            throw unsupported(node, "only a stored number, or one per channel of an image, can be subtracted")
        }
        try append(node, .subtract(numbers), [input], rank: rank(input))
    }

    /// Most channels that an image has.
    private static let mostChannels = 4

    /// One number, or one per channel of an image: a stored tensor that runs along axis 1 of a value with `rank` axes, counted from its end.
    mutating func channelNumbers(_ name: String, rank: Int) throws -> ChannelNumbers? {
        if let number = try number(name) { return ChannelNumbers(number) }
        guard let tensor = constant(name), tensor.dtype.isFloatingPoint, (2...ONNXGraphReader.mostChannels) ~= tensor.elementCount,
            rank == 4, let axis = tensor.shape.firstIndex(where: { $0 != 1 }), tensor.shape[axis] == tensor.elementCount,
            tensor.shape.count - axis == rank - 1
        else { return nil }
        if let key = weightKeys[name] { constantKeys.insert(key) }
        return ChannelNumbers(try tensor.doubles().map { Float($0).shortestDecimal })
    }
}
