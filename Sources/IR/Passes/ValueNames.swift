extension Model {
    /// The model with values renamed that have the name of a weight that nodes read, for formats in which values and weights share one space of
    /// names. Inputs keep their names, because users give them.
    package func namingValuesApartFromWeights() throws(GraphError) -> Model {
        let keys = Set(graph.weightKeys)
        var taken = keys.union(graph.inputs.map(\.name)).union(graph.nodes.map(\.output))
        var names: [String: String] = [:]
        for node in graph.nodes where keys.contains(node.output) && names[node.output] == nil {
            var name = node.output + ".value"
            while !taken.insert(name).inserted { name += "_" }
            names[node.output] = name
        }
        guard !names.isEmpty else { return self }
        var graph = graph
        for index in graph.nodes.indices {
            graph.nodes[index].inputs = graph.nodes[index].inputs.map { names[$0] ?? $0 }
            graph.nodes[index].output = names[graph.nodes[index].output] ?? graph.nodes[index].output
        }
        graph.outputs = graph.outputs.map { names[$0] ?? $0 }
        return try Model(weights: weights, graph: graph, contract: contract, architecture: architecture)
    }
}
