import ConvertIR

/// `torch.compile` applied to part of a network puts `_orig_mod` into the keys of that part: `layer1._orig_mod.0.conv1.weight`. Networks
/// are recognized without it; tensors keep their names from the file.
struct CompiledKeys {
    private static let mark = "_orig_mod"
    /// Names in the file, keyed by the names to recognize; empty if no key has a mark.
    private var sources: [String: String] = [:]

    /// Looks for marks after the prefix that all keys share; the families strip that prefix themselves.
    init(_ weights: Weights) {
        let parts = weights.entries.map { $0.name.split(separator: ".", omittingEmptySubsequences: false).map(String.init) }
        var shared = 0
        if let first = parts.first {
            while shared < first.count - 1, parts.allSatisfy({ $0.count > shared + 1 && $0[shared] == first[shared] }) { shared += 1 }
        }
        guard parts.contains(where: { $0.dropFirst(shared).contains(CompiledKeys.mark) }) else { return }
        var sources: [String: String] = [:]
        for (entry, components) in zip(weights.entries, parts) {
            let kept = components.prefix(shared) + components.dropFirst(shared).filter { $0 != CompiledKeys.mark }
            // Keys that would collide are left unchanged.
            guard sources.updateValue(entry.name, forKey: kept.joined(separator: ".")) == nil else { return }
        }
        self.sources = sources
    }

    /// The weights under the names that recognition expects.
    func stripped(_ weights: Weights) -> Weights {
        guard !sources.isEmpty else { return weights }
        let names = Dictionary(sources.map { ($0.value, $0.key) }, uniquingKeysWith: { first, _ in first })
        return Weights(
            entries: weights.entries.map { Weights.Entry(name: names[$0.name] ?? $0.name, tensor: $0.tensor) }, metadata: weights.metadata,
            provenance: weights.provenance)
    }

    /// The name in the file for a name used in recognition.
    func source(of name: String) -> String { sources[name] ?? name }

    /// The recognized model with its weights renamed back to their names in the file.
    func restored(_ model: Model) throws(GraphError) -> Model {
        guard !sources.isEmpty else { return model }
        var graph = model.graph
        for index in graph.nodes.indices { graph.nodes[index].operation = graph.nodes[index].operation.renamingWeights(source(of:)) }
        let weights = Weights(
            entries: model.weights.entries.map { Weights.Entry(name: source(of: $0.name), tensor: $0.tensor) },
            metadata: model.weights.metadata, provenance: model.weights.provenance)
        return try Model(weights: weights, graph: graph, contract: model.contract, architecture: model.architecture)
    }
}
