import ConvertIR

/// Recognizes a family from the graph alone, without the weights' names: other programs' exporters rename what they fold.
package enum GraphRecognition {
    /// What a graph looks like.
    package struct Finding: Sendable {
        /// The family's name, as its description has it.
        package let family: String
        /// How images enter the networks of the project that it most likely comes from.
        package let profile: ContractProfile
    }

    /// The family whose networks look like this graph; nil if there is none.
    package static func find(_ graph: Graph, weights: Weights) -> Finding? {
        guard let trunk = GraphTrunk(graph, weights: weights) else { return nil }
        let view = GraphView(graph: graph, weights: weights, trunk: trunk)
        for family in GraphFamily.all where family.fits(view) {
            guard let contracts = BuiltInFamilies.all.first(where: { $0.name == family.name })?.contracts else { continue }
            let project = family.project(view)
            return Finding(family: family.name, profile: contracts.profiles.first { $0.name == project } ?? contracts.base)
        }
        return nil
    }
}
