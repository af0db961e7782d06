extension Graph {
    /// The graph without nodes whose values reach no output.
    package func withoutDeadNodes() -> Graph {
        var needed = Set(outputs)
        var kept: [Node] = []
        for node in nodes.reversed() where needed.contains(node.output) {
            needed.formUnion(node.inputs)
            kept.append(node)
        }
        return Graph(inputs: inputs, nodes: kept.reversed(), outputs: outputs)
    }
}
