import ConvertIR

/// The types of the values between a file's nodes, which viewers such as Netron show on the edges: those of the graph, and what follows from
/// them for the values inside an operation that takes several operators. A value whose type does not follow is left out.
struct ONNXInnerValues {
    private(set) var values: [ONNXValue] = []
    private var known: [String: ONNXValue]
    private var integers: [String: [Int64]] = [:]

    /// - Parameters:
    ///   - nodes: in an order in which each reads what earlier ones write.
    ///   - outside: the graph's inputs, outputs and initializers.
    ///   - types: values whose types the graph gives.
    init(_ nodes: [ONNXNode], outside: [ONNXValue], types: [ONNXValue]) {
        known = Dictionary((types + outside).map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        let isOutside = Set(outside.map(\.name))
        for node in nodes {
            for name in node.outputs where !isOutside.contains(name) {
                guard let value = known[name] ?? following(node, name) else { continue }
                known[name] = value
                values.append(value)
            }
        }
    }

    private mutating func following(_ node: ONNXNode, _ name: String) -> ONNXValue? {
        let inputs = node.inputs.map { known[$0] }
        switch node.operatorName {
        case "Constant":
            guard case .tensor(let tensor)? = node["value"] else { return nil }
            if case .inline(let bytes) = tensor.content, tensor.elementType == ONNXElementType.int64 {
                integers[name] = bytes.withUnsafeBytes { raw in
                    stride(from: 0, to: raw.count - 7, by: 8).map {
                        Int64(littleEndian: raw.loadUnaligned(fromByteOffset: $0, as: Int64.self))
                    }
                }
            }
            return ONNXValue(name: name, elementType: tensor.elementType, shape: tensor.shape.map { .fixed($0) })
        case "Cast":
            guard case .integer(let to)? = node["to"], let input = inputs.first ?? nil, let code = Int32(exactly: to) else { return nil }
            return ONNXValue(name: name, elementType: code, shape: input.shape)
        case "ReduceMean", "ReduceL2":
            guard var value = inputs.first ?? nil, let shape = value.shape, case .integer(1)? = node["keepdims"] else { return nil }
            var axes = node.inputs.count > 1 ? integers[node.inputs[1]] : nil
            if case .integers(let numbers)? = node["axes"] { axes = numbers }
            guard let axes else { return nil }
            let places = axes.map { $0 < 0 ? Int($0) + shape.count : Int($0) }
            value.name = name
            value.shape = shape.enumerated().map { places.contains($0.offset) ? .fixed(1) : $0.element }
            return value
        case _ where ONNXInnerValues.ofEachNumber.contains(node.operatorName):
            let present = inputs.compactMap(\.self)
            guard present.count == inputs.count, let elements = present.first?.elementType else { return nil }
            var shape: [ONNXValue.Dimension] = []
            for value in present {
                guard let joined = ONNXInnerValues.broadcast(shape, value.shape) else { return nil }
                shape = joined
            }
            return ONNXValue(name: name, elementType: elements, shape: shape)
        default: return nil
        }
    }

    private static let ofEachNumber: Set<String> = [
        "Add", "Clip", "Div", "Erf", "HardSigmoid", "Max", "Mul", "Pow", "Relu", "Sigmoid", "Sqrt", "Sub", "Tanh",
    ]

    /// The shape of a result of two operands (onnx, docs/Broadcasting.md); nil if it does not follow.
    private static func broadcast(_ one: [ONNXValue.Dimension], _ other: [ONNXValue.Dimension]?) -> [ONNXValue.Dimension]? {
        guard let other else { return nil }
        let count = max(one.count, other.count)
        func padded(_ shape: [ONNXValue.Dimension]) -> [ONNXValue.Dimension] {
            [ONNXValue.Dimension](repeating: .fixed(1), count: count - shape.count) + shape
        }
        var result: [ONNXValue.Dimension] = []
        for pair in zip(padded(one), padded(other)) {
            switch pair {
            case (.fixed(1), let size), (let size, .fixed(1)): result.append(size)
            case (.fixed(let size), .fixed(let same)) where size == same: result.append(.fixed(size))
            case (.symbol(let name), .symbol(let same)) where name == same: result.append(.symbol(name))
            default: return nil
            }
        }
        return result
    }
}
