/// A network that can be exported and run: weights, the graph over them, and how images enter it. Weights and graph never change, since
/// `valueTypes` follows from them.
public struct Model: Sendable {
    /// Tensors under their source keys; those that the graph does not use stay, so that a round trip is exact.
    package let weights: Weights
    /// What is computed.
    package let graph: Graph
    /// How images enter and what comes out.
    public var contract: InputContract
    /// Which family it is.
    package let architecture: Architecture
    /// The type of every value in the graph, by name.
    package let valueTypes: [String: ValueType]

    /// A model; throws if graph and weights do not fit.
    package init(weights: Weights, graph: Graph, contract: InputContract, architecture: Architecture) throws(GraphError) {
        valueTypes = try graph.valueTypes(weights: weights)
        self.weights = weights
        self.graph = graph
        self.contract = contract
        self.architecture = architecture
    }

    /// Keys of tensors that no node reads, in order.
    package var unusedKeys: [String] {
        let used = Set(graph.weightKeys)
        return weights.entries.map(\.name).filter { !used.contains($0) }
    }
}
