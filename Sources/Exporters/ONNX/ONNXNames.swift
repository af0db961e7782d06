import ConvertIR

/// Names and constants of a graph that is being written.
struct ONNXNames: Sendable {
    /// Sizes of each weight.
    let shapes: [String: [Int]]
    /// Weights that are stored narrower or wider and read through a Cast.
    let cast: Set<String>
    /// Types of values.
    let types: [String: ValueType]
    /// The first input, whose axis 0 is the batch.
    let input: String

    init(shapes: [String: [Int]], cast: Set<String>, types: [String: ValueType] = [:], input: String = "") {
        (self.shapes, self.cast, self.types, self.input) = (shapes, cast, types, input)
    }

    /// The number of axes of a value; 0 if it is not known.
    func rank(_ value: String?) -> Int { sizes(value).count }

    /// Sizes of a value, as far as they are known.
    func sizes(_ value: String?) -> [Int?] { value.flatMap { types[$0] }?.shape.map(\.fixed) ?? [] }

    /// The value under which a node reads a weight.
    func weight(_ key: String) -> String { cast.contains(key) ? "\(key).float32" : key }

    func shapeOfWeight(_ key: String) -> [Int] { shapes[key] ?? [] }

    /// One operator that reads the node's inputs, then `further`.
    func node(_ node: Node, _ operatorName: String, _ further: [String] = [], _ attributes: [(String, ONNXAttribute)] = []) -> ONNXNode {
        ONNXNode(
            name: node.name, operatorName: operatorName, inputs: node.inputs + further, outputs: [node.output], attributes: attributes)
    }

    enum Constant {
        case float(Float)
        /// One number, or one per channel of an image.
        case numbers(ChannelNumbers, furtherAxes: Int)
        /// A vector of numbers.
        case vector([Float])
        case integers([Int64])
    }

    /// A Constant node: an initializer would be among the weights.
    func constant(_ name: String, _ value: Constant) -> ONNXNode {
        let tensor: ONNXTensor
        switch value {
        case .float(let number):
            tensor = ONNXTensor(
                name: "", elementType: ONNXElementType.float32, shape: [],
                content: .inline(withUnsafeBytes(of: number.bitPattern.littleEndian) { Array($0) }))
        case .numbers(let numbers, let furtherAxes):
            tensor = ONNXTensor(
                name: "", elementType: ONNXElementType.float32,
                shape: numbers.single == nil ? [Int64(numbers.values.count)] + [Int64](repeating: 1, count: furtherAxes) : [],
                content: .inline(
                    numbers.values.flatMap { number in withUnsafeBytes(of: Float(number).bitPattern.littleEndian) { Array($0) } }))
        case .vector(let numbers):
            tensor = ONNXTensor(
                name: "", elementType: ONNXElementType.float32, shape: [Int64(numbers.count)],
                content: .inline(numbers.flatMap { number in withUnsafeBytes(of: number.bitPattern.littleEndian) { Array($0) } }))
        case .integers(let numbers):
            tensor = ONNXTensor(
                name: "", elementType: ONNXElementType.int64, shape: [Int64(numbers.count)],
                content: .inline(numbers.flatMap { number in withUnsafeBytes(of: number.littleEndian) { Array($0) } }))
        }
        return ONNXNode(name: name, operatorName: "Constant", inputs: [], outputs: [name], attributes: [("value", .tensor(tensor))])
    }
}
