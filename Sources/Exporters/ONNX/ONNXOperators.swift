import IR

/// How each operation is written as ONNX operators, by operator set (onnx docs/Changelog.md). A row holds for its range of sets; the first
/// row of an operation whose range holds the target is used, so that the writer itself knows no versions.
struct ONNXOperatorTable {
    /// One way of writing one operation.
    struct Row {
        let operation: String
        let opsets: ClosedRange<Int>
        let write: @Sendable (_ node: Node, _ names: ONNXNames) throws -> [ONNXNode]
    }

    /// The lowest IR version that each operator set needs (onnx docs/Versioning.md).
    static func irVersion(opset: Int) -> Int {
        switch opset {
        case ...11: 6
        case 12...14: 7
        case 15...18: 8
        case 19...20: 9
        default: 10
        }
    }

    /// The first operator set whose Cast knows bfloat16.
    static let bfloat16Opset = 13
    /// The first operator set whose Softmax works along one axis wherever it is.
    static let softmaxAxisOpset = 13

    static let rows: [Row] = [
        Row(operation: "convolution", opsets: 11...22) { node, names in
            guard case .convolution(let layer) = node.operation else { return [] }
            let kernel = names.shapeOfWeight(layer.weight).suffix(2).map { Int64($0) }
            return [
                names.node(
                    node, "Conv", [names.weight(layer.weight)] + (layer.bias.map { [names.weight($0)] } ?? []),
                    [
                        ("dilations", pair(layer.dilation)), ("group", .integer(Int64(layer.groups))), ("kernel_shape", .integers(kernel)),
                        ("pads", pads(layer.padding)), ("strides", pair(layer.stride)),
                    ])
            ]
        },
        Row(operation: "batch_normalization", opsets: 11...22) { node, names in
            guard case .batchNormalization(let layer) = node.operation else { return [] }
            return [
                names.node(
                    node, "BatchNormalization", [layer.scale, layer.bias, layer.mean, layer.variance].map(names.weight),
                    [("epsilon", .float(Float(layer.epsilon)))])
            ]
        },
        Row(operation: "prelu", opsets: 11...22) { node, names in
            guard case .prelu(let slope) = node.operation else { return [] }
            return [names.node(node, "PRelu", [names.weight(slope)])]
        },
        Row(operation: "relu", opsets: 11...22) { node, names in [names.node(node, "Relu")] },
        Row(operation: "add", opsets: 11...22) { node, names in [names.node(node, "Add")] },
        Row(operation: "multiply", opsets: 11...22) { node, names in
            guard case .multiply(let constant) = node.operation else { return [] }
            let value = names.constant("\(node.name).constant", .numbers(constant))
            return [value, names.node(node, "Mul", value.outputs)]
        },
        Row(operation: "divide", opsets: 11...22) { node, names in
            guard case .divide(let constant) = node.operation else { return [] }
            let value = names.constant("\(node.name).constant", .numbers(constant))
            return [value, names.node(node, "Div", value.outputs)]
        },
        Row(operation: "subtract", opsets: 11...22) { node, names in
            guard case .subtract(let constant) = node.operation else { return [] }
            let value = names.constant("\(node.name).constant", .numbers(constant))
            return [value, names.node(node, "Sub", value.outputs)]
        },
        Row(operation: "select_channels", opsets: 11...22) { node, names in
            guard case .selectChannels(let channels) = node.operation else { return [] }
            let indices = names.constant("\(node.name).channels", .integers(channels.map { Int64($0) }))
            return [indices, names.node(node, "Gather", indices.outputs, [("axis", .integer(1))])]
        },
        Row(operation: "concatenate", opsets: 11...22) { node, names in
            guard case .concatenate(let axis) = node.operation else { return [] }
            return [names.node(node, "Concat", [], [("axis", .integer(Int64(axis)))])]
        },
        Row(operation: "max_pool", opsets: 11...22) { node, names in
            guard case .maxPool(let pooling) = node.operation else { return [] }
            return [names.node(node, "MaxPool", [], window(pooling))]
        },
        Row(operation: "average_pool", opsets: 11...22) { node, names in
            guard case .averagePool(let pooling) = node.operation else { return [] }
            return [names.node(node, "AveragePool", [], window(pooling) + [("count_include_pad", .integer(0))])]
        },
        Row(operation: "global_average_pool", opsets: 11...22) { node, names in [names.node(node, "GlobalAveragePool")] },
        Row(operation: "linear", opsets: 11...22) { node, names in
            guard case .linear(let layer) = node.operation else { return [] }
            let inputs = [names.weight(layer.weight)] + (layer.bias.map { [names.weight($0)] } ?? [])
            return [names.node(node, "Gemm", inputs, [("transB", .integer(1))])]
        },
        Row(operation: "flatten", opsets: 11...22) { node, names in
            [names.node(node, "Flatten", [], [("axis", .integer(1))])]
        },
        Row(operation: "permute", opsets: 11...22) { node, names in
            guard case .permute(let axes) = node.operation else { return [] }
            return [names.node(node, "Transpose", [], [("perm", .integers(axes.map { Int64($0) }))])]
        },
        Row(operation: "softmax", opsets: 11...22) { node, names in
            guard case .softmax(let axis) = node.operation else { return [] }
            return [names.node(node, "Softmax", [], [("axis", .integer(Int64(axis)))])]
        },
        // Until opset 17 ReduceL2 has its axes as an attribute.
        Row(operation: "l2_normalize", opsets: 11...17) { node, names in
            guard case .l2Normalize(let axis, let epsilon) = node.operation else { return [] }
            let norm = ONNXNode(
                name: "\(node.name).norm", operatorName: "ReduceL2", inputs: node.inputs, outputs: ["\(node.name).norm"],
                attributes: [("axes", .integers([Int64(axis)])), ("keepdims", .integer(1))])
            return [norm] + clampAndDivide(node, names, epsilon)
        },
        Row(operation: "l2_normalize", opsets: 18...22) { node, names in
            guard case .l2Normalize(let axis, let epsilon) = node.operation else { return [] }
            let axes = names.constant("\(node.name).axes", .integers([Int64(axis)]))
            let norm = ONNXNode(
                name: "\(node.name).norm", operatorName: "ReduceL2", inputs: node.inputs + axes.outputs, outputs: ["\(node.name).norm"],
                attributes: [("keepdims", .integer(1))])
            return [axes, norm] + clampAndDivide(node, names, epsilon)
        },
        Row(operation: "convert_to_float", opsets: 11...22) { node, names in
            [names.node(node, "Cast", [], [("to", .integer(Int64(ONNXElementType.float32)))])]
        },
    ]

    /// The row for an operation at an operator set.
    static func row(_ operation: Operation, opset: Int) throws(ONNXError) -> Row {
        guard let row = rows.first(where: { $0.operation == operation.name && $0.opsets ~= opset }) else {
            throw .cannotHold(name: operation.name, what: "this operation at operator set \(opset)")
        }
        return row
    }

    // MARK: Attributes

    private static func pair(_ size: Size2D) -> ONNXAttribute { .integers([Int64(size.height), Int64(size.width)]) }

    private static func pads(_ padding: Padding2D) -> ONNXAttribute {
        .integers([Int64(padding.top), Int64(padding.left), Int64(padding.bottom), Int64(padding.right)])
    }

    private static func window(_ pooling: Pooling) -> [(String, ONNXAttribute)] {
        [
            ("ceil_mode", .integer(pooling.ceilMode ? 1 : 0)), ("kernel_shape", pair(pooling.kernel)), ("pads", pads(pooling.padding)),
            ("strides", pair(pooling.stride)),
        ]
    }

    /// ‖x‖ raised to at least ε, and x divided by it: torch's `F.normalize`, where LpNormalization has no ε.
    private static func clampAndDivide(_ node: Node, _ names: ONNXNames, _ epsilon: Double) -> [ONNXNode] {
        let limit = names.constant("\(node.name).epsilon", .float(Float(epsilon)))
        let clamp = ONNXNode(
            name: "\(node.name).clamp", operatorName: "Clip", inputs: ["\(node.name).norm"] + limit.outputs,
            outputs: ["\(node.name).clamp"])
        return [limit, clamp, names.node(node, "Div", clamp.outputs)]
    }
}

/// Names and constants of a graph that is being written.
struct ONNXNames: Sendable {
    /// Sizes of each weight.
    let shapes: [String: [Int]]
    /// Weights that are stored narrower or wider and read through a Cast.
    let cast: Set<String>

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
        case numbers(ChannelNumbers)
        case integers([Int64])
    }

    /// A Constant node: an initializer would stand among the weights.
    func constant(_ name: String, _ value: Constant) -> ONNXNode {
        let tensor: ONNXTensor
        switch value {
        case .float(let number):
            tensor = ONNXTensor(
                name: "", elementType: ONNXElementType.float32, shape: [],
                content: .inline(withUnsafeBytes(of: number.bitPattern.littleEndian) { Array($0) }))
        case .numbers(let numbers):
            tensor = ONNXTensor(
                name: "", elementType: ONNXElementType.float32, shape: numbers.single == nil ? [Int64(numbers.values.count), 1, 1] : [],
                content: .inline(
                    numbers.values.flatMap { number in withUnsafeBytes(of: Float(number).bitPattern.littleEndian) { Array($0) } }))
        case .integers(let numbers):
            tensor = ONNXTensor(
                name: "", elementType: ONNXElementType.int64, shape: [Int64(numbers.count)],
                content: .inline(numbers.flatMap { number in withUnsafeBytes(of: number.littleEndian) { Array($0) } }))
        }
        return ONNXNode(name: name, operatorName: "Constant", inputs: [], outputs: [name], attributes: [("value", .tensor(tensor))])
    }
}
