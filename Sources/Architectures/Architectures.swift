import ConvertIR

/// Networks rebuilt from weights by the descriptions of their families.
package enum Architectures {
    /// Canonical names of all known networks.
    package static var knownNames: [String] { BuiltInFamilies.all.flatMap(\.knownNames) }

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
        /// The project whose inputs are assumed, and the other projects that use the same keys; nil if no other project does.
        package let assumedProject: AssumedProject?
    }

    /// Whose usual inputs were taken for what a file does not say.
    package struct AssumedProject: Sendable, Equatable {
        /// Its name, as `ContractProfile.named` knows it.
        package let name: String
        /// The other projects.
        package let others: [String]
    }

    /// Rebuilds the network that keys and shapes show. Throws `ArchitectureError`, also if the checkpoint's own name for it disagrees.
    /// - Parameter requested: The family's name as the caller gives it, which overrides the checkpoint's.
    /// - Parameter imageSize: The input's size as the caller states it; nil to take the checkpoint's or the family's.
    /// - Parameter likeness: The project whose variant of the family is taken, in place of the one that the file shows.
    /// - Parameter description: The caller's own description, in place of the built-in ones. Throws `FamilyError` if it makes no sense.
    package static func rebuild(
        _ weights: Weights, requested: String? = nil, imageSize: GivenFacts.ImageSize? = nil, likeness: ContractProfile? = nil,
        description: FamilyDescription? = nil
    ) throws -> Rebuilt {
        let found = try FamilyMatch(
            weights, among: description.map { [$0] } ?? BuiltInFamilies.read.get(), isOwn: description != nil,
            given: GivenChoice(imageSize: imageSize, likeness: likeness))
        let chosen = try found.choose(requested: description == nil ? requested : nil)
        var unknownName: String?
        if requested == nil, description == nil, let named = declaredName(weights) {
            if let name = canonicalName(named) {
                guard name == chosen.name else {
                    throw ArchitectureError.nameDisagrees(source: weights.provenance.source, named: named, shown: chosen.name)
                }
            } else {
                unknownName = named
            }
        }
        return try model(of: try found.checked(chosen), weights, imageSize: imageSize, unknownName: unknownName)
    }

    private static func model(
        of attempt: FamilyAttempt, _ weights: Weights, imageSize: GivenFacts.ImageSize?, unknownName: String?
    ) throws -> Rebuilt {
        guard let graph = attempt.graph else { throw FamilyError.missingLine(file: attempt.family.file, word: "output") }
        var kept = attempt.weights
        if !attempt.extraKeys.isEmpty {
            let extra = Set(attempt.extraKeys)
            kept = Weights(
                entries: kept.entries.filter { !extra.contains($0.name) }, metadata: weights.metadata, provenance: weights.provenance)
        }
        var contract = attempt.contract
        let norms = graph.nodes.compactMap { node in
            if case .batchNormalization(let layer) = node.operation { layer.mean } else { nil }
        }
        // Either every layer states an epsilon, or the usual one is assumed.
        if !norms.isEmpty, norms.allSatisfy({ weights.epsilons[String($0.dropLast(".running_mean".count))] != nil }) {
            contract.origins[.epsilon] = .stated
        }
        let model: Model
        do {
            model = try Model(
                weights: kept, graph: graph, contract: contract,
                architecture: Architecture(name: attempt.name, hyperparameters: attempt.hyperparameters))
        } catch {
            guard let imageSize else { throw error }
            throw GivenFactError.sizeDoesNotFit(height: imageSize.height, width: imageSize.width, reason: error.problem)
        }
        return Rebuilt(
            model: model, droppedKeys: attempt.extraKeys, prefix: attempt.prefix, unknownName: unknownName, remarks: attempt.remarks,
            assumedProject: attempt.assumedProject)
    }

    /// What the checkpoint calls its network: `backbone`, or else `model_arch` (the reference project's rule).
    static func declaredName(_ weights: Weights) -> String? {
        weights.metadata["backbone"]?.string ?? weights.metadata["model_arch"]?.string
    }

    static func canonicalName(_ name: String) -> String? {
        let plain = String(name.lowercased().map { $0 == "-" ? "_" : $0 })
        for family in BuiltInFamilies.all { if let canonical = family.canonicalName(plain) { return canonical } }
        return nil
    }
}
