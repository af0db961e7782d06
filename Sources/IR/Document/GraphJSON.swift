import JSON

extension Graph {
    /// The graph as JSON, the same in every format.
    public var json: JSONObject {
        func shape(_ type: ValueType) -> JSONValue {
            .array(
                type.shape.map { dimension in
                    switch dimension {
                    case .fixed(let size): .integer(Int64(size))
                    case .symbol(let name): .string(name)
                    case .derived: .null
                    }
                })
        }
        return JSONObject([
            "inputs": .array(
                inputs.map {
                    .object(
                        JSONObject(["name": .string($0.name), "elements": .string($0.type.elements.rawValue), "shape": shape($0.type)]))
                }),
            "nodes": .array(nodes.map { .object($0.json) }),
            "outputs": .array(outputs.map { .string($0) }),
        ])
    }

    /// Reads what `json` wrote. Names, shapes and weights are judged by `valueTypes`, not here.
    public init(json object: JSONObject) throws(GraphError) {
        let reader = GraphJSONReader(object: object, place: "graph")
        var inputs: [Input] = []
        for item in try reader.objects("inputs") {
            guard let elements = ElementType(rawValue: try item.text("elements")) else { throw item.bad("elements") }
            var shape: [Dimension] = []
            for value in try item.array("shape") {
                switch value {
                case .string(let name): shape.append(.symbol(name))
                case .null: shape.append(.derived)
                default:
                    guard let size = value.integer, (0...1 << 24) ~= size else { throw item.bad("shape") }
                    shape.append(.fixed(size))
                }
            }
            inputs.append(Input(name: try item.text("name"), type: ValueType(shape, elements: elements)))
        }
        var nodes: [Node] = []
        for item in try reader.objects("nodes") { nodes.append(try item.node()) }
        self.init(inputs: inputs, nodes: nodes, outputs: try reader.texts("outputs"))
    }
}

extension Node {
    /// The node as JSON.
    var json: JSONObject {
        var object = JSONObject([
            "name": .string(name), "operation": .string(operation.name), "inputs": .array(inputs.map { .string($0) }),
            "output": .string(output),
        ])
        for (role, key) in operation.weights { object.append(role, .string(key)) }
        func append(_ name: String, _ numbers: Int...) { object.append(name, .array(numbers.map { .integer(Int64($0)) })) }
        func appendNumber(_ name: String, _ number: Double) { object.append(name, .number(number)) }
        switch operation {
        case .convolution(let layer):
            append("stride", layer.stride.height, layer.stride.width)
            append("padding", layer.padding.top, layer.padding.left, layer.padding.bottom, layer.padding.right)
            append("dilation", layer.dilation.height, layer.dilation.width)
            object.append("groups", .integer(Int64(layer.groups)))
        case .batchNormalization(let layer): appendNumber("epsilon", layer.epsilon)
        case .maxPool(let pooling), .averagePool(let pooling):
            append("kernel", pooling.kernel.height, pooling.kernel.width)
            append("stride", pooling.stride.height, pooling.stride.width)
            append("padding", pooling.padding.top, pooling.padding.left, pooling.padding.bottom, pooling.padding.right)
            object.append("ceil_mode", .boolean(pooling.ceilMode))
        case .multiply(let constant), .divide(let constant), .subtract(let constant): object.append("constant", constant.json)
        case .selectChannels(let channels): object.append("channels", .array(channels.map { .integer(Int64($0)) }))
        case .concatenate(let axis), .softmax(let axis): object.append("axis", .integer(Int64(axis)))
        case .permute(let axes): object.append("axes", .array(axes.map { .integer(Int64($0)) }))
        case .l2Normalize(let axis, let epsilon):
            object.append("axis", .integer(Int64(axis)))
            appendNumber("epsilon", epsilon)
        default: break
        }
        return object
    }
}

/// Reads members of one object of the document, each checked for its kind.
struct GraphJSONReader {
    let object: JSONObject
    let place: String

    func bad(_ member: String) -> GraphError { .malformedDocument(detail: "\(member) of \(place) is missing or wrong") }

    func text(_ name: String) throws(GraphError) -> String {
        guard let text = object[name]?.string else { throw bad(name) }
        return text
    }

    func optionalText(_ name: String) throws(GraphError) -> String? {
        guard let value = object[name] else { return nil }
        guard let text = value.string else { throw bad(name) }
        return text
    }

    func array(_ name: String) throws(GraphError) -> [JSONValue] {
        guard let items = object[name]?.array else { throw bad(name) }
        return items
    }

    func texts(_ name: String) throws(GraphError) -> [String] {
        let items = try array(name)
        let texts = items.compactMap(\.string)
        guard texts.count == items.count else { throw bad(name) }
        return texts
    }

    func objects(_ name: String) throws(GraphError) -> [GraphJSONReader] {
        var readers: [GraphJSONReader] = []
        for (index, item) in try array(name).enumerated() {
            guard let members = item.object else { throw bad(name) }
            let label = members["name"]?.string ?? "\(index)"
            readers.append(GraphJSONReader(object: members, place: "\(name) \(label)"))
        }
        return readers
    }

    /// One number, or one per channel.
    func constant() throws(GraphError) -> ChannelNumbers {
        guard let numbers = ChannelNumbers(json: object["constant"]) else { throw bad("constant") }
        return numbers
    }

    func integers(_ name: String, count: Int? = nil) throws(GraphError) -> [Int] {
        let items = try array(name)
        let numbers = items.compactMap(\.integer)
        guard numbers.count == items.count, count == nil || count == numbers.count else { throw bad(name) }
        return numbers
    }

    func integer(_ name: String) throws(GraphError) -> Int {
        guard let number = object[name]?.integer else { throw bad(name) }
        return number
    }

    func float(_ name: String) throws(GraphError) -> Double {
        guard let number = object[name]?.double else { throw bad(name) }
        return number
    }

    private func size(_ name: String) throws(GraphError) -> Size2D {
        let numbers = try integers(name, count: 2)
        return Size2D(numbers[0], numbers[1])
    }

    private func padding() throws(GraphError) -> Padding2D {
        let numbers = try integers("padding", count: 4)
        return Padding2D(top: numbers[0], left: numbers[1], bottom: numbers[2], right: numbers[3])
    }

    private func pooling() throws(GraphError) -> Pooling {
        guard let ceilMode = object["ceil_mode"]?.boolean else { throw bad("ceil_mode") }
        return Pooling(kernel: try size("kernel"), stride: try size("stride"), padding: try padding(), ceilMode: ceilMode)
    }

    func node() throws(GraphError) -> Node {
        Node(name: try text("name"), operation: try operation(), inputs: try texts("inputs"), output: try text("output"))
    }

    private func operation() throws(GraphError) -> Operation {
        switch try text("operation") {
        case "convolution":
            return .convolution(
                Convolution(
                    weight: try text("weight"), bias: try optionalText("bias"), stride: try size("stride"), padding: try padding(),
                    dilation: try size("dilation"), groups: try integer("groups")))
        case "batch_normalization":
            return .batchNormalization(
                BatchNormalization(
                    scale: try text("scale"), bias: try text("bias"), mean: try text("mean"), variance: try text("variance"),
                    epsilon: try float("epsilon")))
        case "prelu": return .prelu(slope: try text("slope"))
        case "relu": return .relu
        case "add": return .add
        case "multiply": return .multiply(try constant())
        case "divide": return .divide(try constant())
        case "subtract": return .subtract(try constant())
        case "select_channels": return .selectChannels(try integers("channels"))
        case "concatenate": return .concatenate(axis: try integer("axis"))
        case "max_pool": return .maxPool(try pooling())
        case "average_pool": return .averagePool(try pooling())
        case "global_average_pool": return .globalAveragePool
        case "linear": return .linear(Linear(weight: try text("weight"), bias: try optionalText("bias")))
        case "flatten": return .flatten
        case "permute": return .permute(try integers("axes"))
        case "softmax": return .softmax(axis: try integer("axis"))
        case "l2_normalize": return .l2Normalize(axis: try integer("axis"), epsilon: try float("epsilon"))
        case "convert_to_float": return .convertToFloat
        default: throw bad("operation")
        }
    }
}
