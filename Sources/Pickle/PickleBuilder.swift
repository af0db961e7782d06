import ConvertFiles

/// Builds a document node by node, for the encoder.
package struct PickleBuilder {
    private var nodes: [PickleNode] = []
    private var globals: [String: PickleValue] = [:]

    /// An empty builder.
    package init() {}

    /// Adds a node and returns a value that refers to it.
    package mutating func add(_ node: PickleNode) -> PickleValue {
        nodes.append(node)
        return .node(nodes.count - 1)
    }

    /// Adds a string.
    package mutating func string(_ text: String) -> PickleValue { add(.string(text)) }

    /// Adds a tuple.
    package mutating func tuple(_ items: [PickleValue]) -> PickleValue { add(.tuple(items)) }

    /// Adds a class or function; the same name gives the same node.
    package mutating func global(_ module: String, _ name: String) -> PickleValue {
        let key = "\(module)\n\(name)"
        if let known = globals[key] { return known }
        let value = add(.global(module: module, name: name))
        globals[key] = value
        return value
    }

    /// Adds a call of `callable` with positional arguments.
    package mutating func call(_ callable: PickleValue, _ arguments: [PickleValue]) -> PickleValue {
        let tuple = tuple(arguments)
        return add(.object(PickleObject(construction: .call, callable: callable, arguments: tuple)))
    }

    /// The finished document.
    package func document(root: PickleValue) -> PickleDocument {
        PickleDocument(nodes: nodes, root: root, protocolVersion: 2, byteCount: 0, globals: [])
    }
}
