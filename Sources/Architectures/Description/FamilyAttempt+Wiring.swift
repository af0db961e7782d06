import ConvertIR

extension FamilyAttempt {
    /// Whether both descriptions compute the same from the same weights in the same order, whatever they call nodes and values.
    func isWired(as other: FamilyAttempt) -> Bool {
        guard let graph, let second = other.graph else { return false }
        return graph.wiring == second.wiring
    }
}

extension Graph {
    /// The graph with values named by the order in which they come up.
    fileprivate var wiring: Graph {
        var names: [String: String] = [:]
        func name(_ value: String) -> String {
            if let known = names[value] { return known }
            let name = "\(names.count)"
            names[value] = name
            return name
        }
        return Graph(
            inputs: inputs.map { Input(name: name($0.name), type: $0.type) },
            nodes: nodes.map { node in
                let inputs = node.inputs.map(name)
                let output = name(node.output)
                return Node(name: output, operation: node.operation, inputs: inputs, output: output)
            }, outputs: outputs.map(name))
    }
}
