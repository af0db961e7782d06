import ConvertJSON

extension Graph {
    /// The graph as JSON, the same in every format.
    package var json: JSONObject {
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

    /// Reads what `json` wrote. Names, shapes and weights are checked by `valueTypes`, not here.
    package init(json object: JSONObject) throws(GraphError) {
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
        for attribute in operation.attributes where attribute.isInDocuments { object.append(attribute.name, attribute.value.json) }
        return object
    }
}

/// Reads members of one object of the document, each checked for its type.
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

    func node() throws(GraphError) -> Node {
        guard let kind = OperationKind(rawValue: try text("operation")) else { throw bad("operation") }
        return Node(name: try text("name"), operation: try Operation(kind, self), inputs: try texts("inputs"), output: try text("output"))
    }
}

extension GraphJSONReader: OperationFields {
    func weight(_ role: String, isOptional: Bool) throws(GraphError) -> String? {
        isOptional ? try optionalText(role) : try text(role)
    }

    func attribute(_ attribute: AttributeDescription) throws(GraphError) -> AttributeValue {
        if attribute.isLeftOutOfDocuments, object[attribute.name] == nil, let usual = attribute.usual { return usual }
        guard let value = AttributeValue(json: object[attribute.name], form: attribute.form) else { throw bad(attribute.name) }
        return value
    }
}
