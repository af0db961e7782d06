import ConvertIR
import ConvertTensors

/// Compares the graphs of two networks: which layers match, how matched layers differ, and the source in the form that fits the export.
struct GraphComparison {
    /// The form in which two networks are compared.
    enum Form: Sendable {
        /// Both unchanged.
        case plain
        /// The source with its batch normalization folded.
        case foldedSource
        /// Both with everything folded that can be.
        case canonical
    }

    /// Relative difference of folded numbers that float32's rounding explains; ε 2e-5 in place of 1e-5 changes them by 5e-6 or more.
    static let foldingTolerance = 3e-6

    /// The form that fits best.
    let form: Form
    /// The matched layers.
    let alignment: GraphAlignment
    /// The export and the source in that form.
    let export: AlignableGraph
    let source: AlignableGraph
    /// Tensors that matched layers read.
    let weights: [WeightPair]

    /// Tries one form after another until every layer has a counterpart; otherwise keeps the form with the most. Nil for several inputs.
    init?(export: Model, source: Model) throws {
        guard let one = AlignableGraph(export), let other = AlignableGraph(source) else { return nil }
        func candidate(_ form: Form, _ one: AlignableGraph, _ other: AlignableGraph) -> (
            Form, GraphAlignment, AlignableGraph, AlignableGraph
        ) {
            (form, GraphAlignment(export: one, source: other), one, other)
        }
        var best = candidate(.plain, one, other)
        if !best.1.isComplete, let folded = AlignableGraph(try source.foldingBatchNormalization()) {
            let next = candidate(.foldedSource, one, folded)
            if next.1.isComplete {
                best = next
            } else if let left = AlignableGraph(try export.canonicalForm()), let right = AlignableGraph(try source.canonicalForm()) {
                let last = candidate(.canonical, left, right)
                if last.1.isComplete || last.1.pairs.count * best.3.nodes.count > best.1.pairs.count * last.3.nodes.count { best = last }
            }
        }
        (form, alignment, self.export, self.source) = best
        weights = try WeightPair.pairs(
            of: alignment, export: self.export.model, source: self.source.model, unfolded: best.0 == .plain ? nil : source)
    }

    /// Whether both have the same front and the same end.
    var endsAlike: Bool {
        export.isNormalized == source.isNormalized && export.hasFront == source.hasFront && export.exits.count == source.exits.count
    }

    /// Layers whose attributes differ, as clauses.
    var attributeDifferences: [String] {
        alignment.pairs.compactMap { pair in pair.attributes.map { "\(pair.source.name) (\(pair.source.operation.name)): \($0)" } }
    }

    /// The ε of all batch normalization, if it is the only difference and the same everywhere.
    func epsilons(isAssumed: Bool) -> Verification.EpsilonDifference? {
        var found: [Verification.EpsilonDifference] = []
        for pair in alignment.pairs where pair.attributes != nil {
            guard case .batchNormalization(let one) = pair.export.operation, case .batchNormalization(let other) = pair.source.operation
            else {
                return nil
            }
            found.append(.init(export: one.epsilon, source: other.epsilon, isAssumed: isAssumed))
        }
        let normals = alignment.pairs.filter { if case .batchNormalization = $0.source.operation { true } else { false } }
        guard let first = found.first, found.count > 1, found.count == normals.count, found.allSatisfy({ $0 == first }) else { return nil }
        return first
    }

    /// The source in this form, with each tensor rounded whose counterpart in the export is narrower; nil if there is none.
    func roundedSource() throws -> Model? {
        var types: [String: DType] = [:]
        for pair in weights { if let tensor = pair.export { types[pair.name] = tensor.dtype } }
        return try GraphComparison.rounded(source.model, like: types)
    }

    /// The export with each tensor rounded whose counterpart in the source is narrower; nil if there is none.
    func roundedExport() throws -> Model? {
        var types: [String: DType] = [:]
        for pair in weights { if let key = pair.exportKey, let tensor = pair.source { types[key] = tensor.dtype } }
        return try GraphComparison.rounded(export.model, like: types)
    }

    private static func rounded(_ model: Model, like types: [String: DType]) throws -> Model? {
        var isChanged = false
        let entries = try model.weights.entries.map { entry in
            guard let type = types[entry.name], type.byteCount < entry.tensor.dtype.byteCount, entry.tensor.dtype.isFloatingPoint,
                let precision = WeightPrecision.allCases.first(where: { $0.dtype == type })
            else { return entry }
            isChanged = true
            return Weights.Entry(name: entry.name, tensor: try entry.tensor.rounded(to: precision))
        }
        guard isChanged else { return nil }
        let weights = Weights(entries: entries, metadata: model.weights.metadata, provenance: model.weights.provenance)
        return try Model(weights: weights, graph: model.graph, contract: model.contract, architecture: model.architecture)
    }
}
