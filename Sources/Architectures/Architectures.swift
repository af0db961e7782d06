import ConvertIR

/// The known families, one line each.
package enum Architectures {
    static let families: [any ArchitectureFamily.Type] = [
        IRResNet.self,
        InceptionResnetV1.self,
        MobileFaceNet.self,
        PNet.self,
        RNet.self,
        ONet.self,
    ]

    /// Canonical names of all known networks.
    package static var knownNames: [String] { families.flatMap { $0.knownNames } }

    /// A rebuilt network, and what was left out of it.
    package struct Rebuilt: Sendable {
        /// The model; its weights exclude `droppedKeys`.
        package let model: Model
        /// Keys that are not part of the embedding network, such as `logits.weight`.
        package let droppedKeys: [String]
        /// The prefix that all keys share, such as `module.`; may be empty.
        package let prefix: String
        /// The network's name in the checkpoint if no family has that name; keys alone decided then.
        package let unknownName: String?
        /// What a user should know about the network, one sentence each.
        package let remarks: [String]
    }

    /// Rebuilds the network that keys and shapes show. Throws `ArchitectureError`, also if the checkpoint's own name for it disagrees.
    /// - Parameter requested: The family's name as the caller gives it, which overrides the checkpoint's.
    /// - Parameter imageSize: The input's size as the caller states it; nil to take the checkpoint's or the family's.
    package static func rebuild(
        _ weights: Weights, requested: String? = nil, imageSize: GivenFacts.ImageSize? = nil
    ) throws -> Rebuilt {
        let source = weights.provenance.source
        var found: [(family: any ArchitectureFamily.Type, network: RecognizedNetwork)] = []
        for family in families { if let network = family.recognize(weights) { found.append((family, network)) } }
        guard let first = found.first else {
            if let requested, canonicalName(requested) == nil { throw ArchitectureError.unknownName(requested, known: knownNames) }
            throw ArchitectureError.unknownNetwork(
                source: source,
                wanted: families.map { "\($0.knownNames[0]) has \($0.tellTaleKeys.joined(separator: " and "))" },
                seen: weights.entries.map(\.name))
        }
        var chosen = first
        var unknownName: String?
        if let requested {
            guard let name = canonicalName(requested) else { throw ArchitectureError.unknownName(requested, known: knownNames) }
            guard let match = found.first(where: { $0.network.name == name }) else {
                throw ArchitectureError.notThisNetwork(source: source, requested: name, shown: first.network.name)
            }
            chosen = match
        } else if found.count > 1 {
            throw ArchitectureError.severalNetworks(source: source, names: found.map(\.network.name))
        } else if let named = declaredName(weights) {
            if let name = canonicalName(named) {
                guard name == first.network.name else {
                    throw ArchitectureError.nameDisagrees(source: source, named: named, shown: first.network.name)
                }
            } else {
                unknownName = named
            }
        }
        let built = try chosen.family.build(chosen.network, from: weights, imageSize: imageSize)
        var kept = weights
        if !built.extraKeys.isEmpty {
            let extra = Set(built.extraKeys)
            kept = Weights(
                entries: weights.entries.filter { !extra.contains($0.name) }, metadata: weights.metadata, provenance: weights.provenance)
        }
        let architecture = Architecture(name: chosen.network.name, hyperparameters: built.hyperparameters)
        var contract = built.contract
        let norms = built.graph.nodes.compactMap { node in
            if case .batchNormalization(let layer) = node.operation { layer.mean } else { nil }
        }
        // Either every layer states an epsilon, or the usual one is assumed.
        if !norms.isEmpty, norms.allSatisfy({ weights.epsilons[String($0.dropLast(".running_mean".count))] != nil }) {
            contract.origins[.epsilon] = .stated
        }
        let model: Model
        do {
            model = try Model(weights: kept, graph: built.graph, contract: contract, architecture: architecture)
        } catch {
            guard let imageSize else { throw error }
            throw GivenFactError.sizeDoesNotFit(height: imageSize.height, width: imageSize.width, reason: error.problem)
        }
        return Rebuilt(
            model: model, droppedKeys: built.extraKeys, prefix: chosen.network.prefix, unknownName: unknownName, remarks: built.remarks)
    }

    /// What the checkpoint calls its network: `backbone`, or else `model_arch` (the reference project's rule).
    static func declaredName(_ weights: Weights) -> String? {
        weights.metadata["backbone"]?.string ?? weights.metadata["model_arch"]?.string
    }

    static func canonicalName(_ name: String) -> String? {
        let plain = String(name.lowercased().map { $0 == "-" ? "_" : $0 })
        for family in families { if let canonical = family.canonicalName(plain) { return canonical } }
        return nil
    }
}
