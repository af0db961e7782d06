extension Model {
    /// The ε of torch's `F.normalize`.
    package static let normalizationEpsilon: Double = 1e-12

    /// The model with an L2 normalization at its end; itself if its output has unit length already. Throws if it has
    /// several outputs, since none of them is the embedding.
    package func appendingNormalization() throws(GraphError) -> Model {
        guard !contract.isNormalized else { return self }
        guard graph.outputs.count == 1, let output = graph.outputs.first, let last = graph.nodes.lastIndex(where: { $0.output == output })
        else { throw .notOneValue(kind: "output", names: graph.outputs, purpose: "normalize") }
        var graph = graph
        // The output keeps its name, so the value that had it takes that of its node.
        var inner = graph.nodes[last].name
        while valueTypes[inner] != nil { inner += ".raw" }
        graph.nodes[last].output = inner
        for index in graph.nodes.indices {
            graph.nodes[index].inputs = graph.nodes[index].inputs.map { $0 == output ? inner : $0 }
        }
        graph.nodes.append(
            Node(
                name: "normalize", operation: .l2Normalize(axis: 1, epsilon: Model.normalizationEpsilon), inputs: [inner], output: output))
        var contract = contract
        contract.isNormalized = true
        contract.origins[.isNormalized] = .given
        return try Model(weights: weights, graph: graph, contract: contract, architecture: architecture)
    }
}
