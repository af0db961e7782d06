import ConvertFiles
import ConvertIR
import ConvertInference
import Exporters

/// Compares an export with its source: tensors, graphs, contracts and numbers, and if they differ, the first differing layer.
public struct Verification: Sendable {
    /// How networks are compared.
    package struct Settings: Sendable {
        /// Overrides the default tolerance; it then applies against the source as it is, not as the export rounds it.
        package var tolerance: NumericComparison.Tolerance?
        /// Images to run on; nil for seeded ones.
        package var images: NumericComparison.Images?
        /// Number of seeded images.
        package var seededImages = SeededImages.wholeSet
        /// Number of seeded images if one run serves both sides, because they are the same bit for bit.
        package var imagesWhereProven = SeededImages.wholeSet
        /// How networks are run.
        package var executor = FastExecutor.Options()
        /// Changes how images enter both networks.
        package var overrule: @Sendable (InputContract) -> InputContract = { $0 }

        /// The defaults.
        package init() {}
    }

    /// The answer.
    public let verdict: Verdict
    /// The comparison of tensors.
    package let tensors: TensorComparison
    /// The comparison of numbers; nil if there is none.
    package let numeric: NumericComparison?
    /// Why there are no numbers.
    package let numericReason: String?
    /// The effect of rounding alone: the export against the source before it is rounded the same way; nil if nothing is rounded.
    package let drift: NumericComparison?
    /// The number of layers that have a counterpart; nil if one side has no graph.
    package let layersMatched: Int?
    /// Why some layers have no counterpart.
    package let layersUnmatched: String?
    /// Layers whose attributes differ, as clauses.
    package let attributes: [String]
    /// The ε of all batch normalization, if it is a single but different number on each side.
    package let epsilons: EpsilonDifference?
    /// The ε that was given for the export and applied to the source as well, because the source's own is only assumed.
    package let givenEpsilon: Double?
    /// How the two differ in what they state about images.
    package let contract: ContractComparison?
    /// How many channels the images activate; nil if one run served both.
    package let activity: ChannelActivity?
    /// The first differing layer, if the numbers differ.
    package let blame: LayerBlame?
    /// Why that layer could not be determined.
    package let blameFailure: String?

    /// The ε of two networks.
    package struct EpsilonDifference: Sendable, Equatable {
        /// The export's.
        package let export: Double
        /// The source's.
        package let source: Double
        /// Whether the source's is only assumed.
        package let isAssumed: Bool

        /// The difference as a clause.
        var text: String { "ε of batch normalization is \(export), the source's \(source)" + (isAssumed ? " (assumed)" : "") }
    }

    /// Whether everything agrees.
    public var isSame: Bool { verdict == .same }

    /// An export as it was opened.
    package struct Export: Sendable {
        /// Its tensors.
        package let weights: Weights
        /// Its network, if it gives one.
        package let model: Model?
        /// Its graph, even if it does not fit its tensors.
        package let graph: Graph?
        /// Why there is no model although the file has a graph.
        package let failure: String?
        /// Whether another program wrote it: such programs rename tensors, and drop those that their graph does not read.
        package let isForeign: Bool
        /// Whether its contract is in the file, as opposed to guessed from its graph.
        package let statesContract: Bool
        /// Where reading departs from the letter of the file.
        package let remarks: [String]

        /// Opens an export; a graph that is not understood, or does not fit the tensors, is recorded as a failure. Throws if there are no
        /// tensors.
        /// - Parameter epsilon: The ε that the caller gives, used if the export's own is only assumed.
        package init(_ opened: OpenedFile, epsilon: Double? = nil) throws {
            isForeign = opened.isForeign
            statesContract = opened.document?.isComplete == true
            graph = opened.document?.graph
            remarks = opened.remarks
            let hasGraph = opened.document?.graph != nil || opened.documentError != nil
            do {
                let content = try OpenedModel(opened)
                let found = try content.content.model.map { try Verification.taking(epsilon, for: $0) }
                weights = content.content.weights
                // Keys and shapes may give a network even if the file's graph is not understood, but it is not the graph that others would
                // run.
                let reason = content.passedOver ?? (hasGraph ? content.bareReason : nil)
                failure = reason.map { "\($0)" }
                model = failure == nil ? found : nil
            } catch  where opened.weights != nil && hasGraph {
                weights = opened.weights ?? Weights(entries: [], provenance: Provenance(source: "", format: "", stateDictPath: ""))
                model = nil
                failure = "\(opened.documentError ?? error)"
            }
        }

        /// Wraps content as it was written or read.
        package init(_ content: ExportContent) {
            weights = content.weights
            model = content.model
            graph = content.model?.graph
            failure = nil
            isForeign = false
            statesContract = true
            remarks = []
        }
    }

    /// The model with the ε that the caller gives, if its own is only assumed.
    private static func taking(_ epsilon: Double?, for model: Model) throws -> Model {
        guard let epsilon, model.contract.origins[.epsilon] == .assumed, !model.epsilons.isEmpty else { return model }
        var given = GivenFacts()
        given.epsilon = epsilon
        return try given.apply(to: model)
    }

    /// Compares an export with its source. Throws if a file is damaged or the source cannot be run.
    /// - Parameters:
    /// - sourceIsForeign: Whether another program wrote the source.
    /// - sourceFailure: Why the source gives no network although it has a graph.
    package init(
        export: Export, source: ExportContent, sourceIsForeign: Bool = false, sourceFailure: String? = nil,
        names: (export: String, source: String), settings: Settings
    ) throws {
        // Both get their images as planes, whatever axis order a graph begins with.
        guard let exportModel = try export.model?.overPlanes(),
            let sourceModel = try source.model.map({ try Verification.givenEpsilon(of: export, to: $0.overPlanes()) })
        else {
            self = try Verification(
                withoutNumbers: export, source: source, sourceIsForeign: sourceIsForeign, sourceFailure: sourceFailure, names: names)
            return
        }
        var differences: [String] = []
        var unknown: [String] = []
        let graphs = try GraphComparison(export: exportModel, source: sourceModel)
        let isForeign = export.isForeign || sourceIsForeign
        let tensors = try Verification.tensors(export: export, exportModel, source: sourceModel, graphs: graphs, isForeign: isForeign)
        if let first = tensors.differences.first {
            differences.append(
                "\(tensors.differences.count) of \(tensors.compared) tensors differ: \(first.name) \(first.what)"
                    + (tensors.differences.count > 1 ? ", and others" : ""))
        }
        let attributes = graphs?.attributeDifferences ?? []
        givenEpsilon = source.model.flatMap { $0.epsilons == sourceModel.epsilons ? nil : sourceModel.epsilons.first }
        epsilons = graphs?.epsilons(isAssumed: sourceModel.contract.origins[.epsilon] == .assumed)
        if let epsilons {
            differences.append(epsilons.text)
        } else if let first = attributes.first {
            differences.append(first + (attributes.count > 1 ? ", and \(attributes.count - 1) others" : ""))
        }
        let contracts = ContractComparison(
            export: settings.overrule(exportModel.contract), exportGraph: graphs?.export, source: settings.overrule(sourceModel.contract),
            sourceGraph: graphs?.source, isStated: export.statesContract)
        differences += contracts.differences.map(\.text)

        // The two compute the same numbers from the same pixels, whatever they state about how pixels are made.
        let isProven =
            graphs.map { graphs in
                graphs.form == .plain && graphs.alignment.isComplete && graphs.endsAlike
                    && graphs.weightsAreRead(byName: tensors.matching == .names)
                    && (contracts.differences.isEmpty || !graphs.source.hasFront)
            } ?? false && attributes.isEmpty && tensors.isExact
        var runs = NumericRuns(
            exportModel, sourceModel, graphs: graphs, relation: tensors.relation, isProven: isProven, settings: settings)
        do {
            try runs.run()
        } catch let error as NumericComparison.SourceFailure {
            // Differences found in files count, whether or not the source can be run.
            guard !differences.isEmpty else { throw error.reason }
            runs.failure = "\(names.source): \(error.reason)"
        } catch let error as VerificationError {
            runs.failure = error.problem
            differences.append(error.problem)
        } catch let error as InferenceError {
            runs.failure = "\(names.export): \(error.problem)"
            switch error {
            // The source runs on these very images, so the failure is the export's.
            case .wrongShape, .notFinite: differences.append(error.problem)
            default: unknown.append("\(names.export) cannot be run: \(error.problem)")
            }
        }
        if let numeric = runs.comparison, !numeric.isWithin { differences.append(Verification.clause(numeric)) }
        self.tensors = tensors
        numeric = runs.comparison
        numericReason = runs.failure
        drift = runs.drift
        activity = runs.activity
        layersMatched = graphs?.alignment.pairs.count
        layersUnmatched = graphs == nil ? "a network has several inputs" : graphs?.alignment.failure
        self.attributes = attributes
        contract = contracts
        verdict = !differences.isEmpty ? .different(differences) : unknown.isEmpty ? .same : .cannotTell(unknown)
        let isApart = runs.comparison?.isWithin == false || runs.failure != nil || !attributes.isEmpty
        (blame, blameFailure) = isApart ? runs.blame() : (nil, nil)
    }

    /// Handles the case in which one side has no network: only tensors can be compared, or nothing.
    private init(
        withoutNumbers export: Export, source: ExportContent, sourceIsForeign: Bool, sourceFailure: String?,
        names: (export: String, source: String)
    ) throws {
        let sourceModel = source.model
        tensors = try TensorComparison(
            export: export.weights, source: source.weights,
            foldedSource: sourceModel.map { model in { try model.foldingBatchNormalization().weights } },
            ignoresUnitAxes: export.failure != nil, mayLack: export.isForeign ? Set(sourceModel?.unusedKeys ?? []) : [])
        (numeric, drift, layersMatched, layersUnmatched, contract, activity) = (nil, nil, nil, nil, nil, nil)
        // If this project's own graph no longer fits together, its layers' names show where it was changed.
        let changed = export.isForeign || export.failure == nil ? [] : Verification.changedLayers(export.graph, sourceModel?.graph)
        attributes = changed.compactMap(\.attributes)
        (epsilons, givenEpsilon, blameFailure) = (nil, nil, nil)
        blame = changed.first.map {
            LayerBlame(
                layer: $0.source.name, operation: $0.source.operation.name, attributes: $0.attributes, relativeRMS: nil, maxAbsolute: nil)
        }
        let lacking = export.model == nil ? names.export : names.source
        numericReason = export.failure ?? sourceFailure ?? "\(lacking) has no graph that can be run"
        // Other programs rename and fold, so without both graphs their tensors prove nothing.
        var differences: [String] = []
        if !export.isForeign, !sourceIsForeign, let first = tensors.differences.first {
            differences.append("\(tensors.differences.count) of \(tensors.compared) tensors differ: \(first.name) \(first.what)")
        }
        if let first = changed.first { differences.append("\(first.source.name): \(first.attributes ?? "written differently")") }
        if !differences.isEmpty {
            verdict = .different(differences)
        } else if let failure = export.failure {
            verdict = .cannotTell(["the graph of \(names.export) is not understood: \(failure)"])
        } else if let sourceFailure, sourceIsForeign {
            verdict = .cannotTell(["the graph of \(names.source) is not understood: \(sourceFailure)"])
        } else if let reason = tensors.unmatchedReason {
            let error = VerificationError.nothingToCompare(export: names.export, source: names.source)
            verdict = .cannotTell([error.problem + ": " + reason])
        } else if (export.model == nil) != (sourceModel == nil) {
            // Equal weights say nothing about a graph that only one side has.
            verdict = .cannotTell(["\(lacking) has no graph that can be run"])
        } else {
            verdict = .same
        }
    }

    /// The source with the ε that was given for the export, if the source's own is only assumed.
    private static func givenEpsilon(of export: Export, to source: Model) throws -> Model {
        guard let model = export.model, model.contract.origins[.epsilon] == .given, source.contract.origins[.epsilon] == .assumed,
            let epsilon = model.epsilons.first, model.epsilons.allSatisfy({ $0 == epsilon }), !source.epsilons.isEmpty
        else { return source }
        var given = GivenFacts()
        given.epsilon = epsilon
        return try given.apply(to: source)
    }

    /// Layers with the same name whose attributes differ.
    private static func changedLayers(_ export: Graph?, _ source: Graph?) -> [GraphAlignment.Pair] {
        guard let export, let source else { return [] }
        return LayerBlame.pairsByName(export: export, source: source).filter { $0.attributes != nil }
    }

    /// Compares tensors by name if both files keep names, otherwise by the layers that read them.
    private static func tensors(
        export: Export, _ exportModel: Model, source: Model, graphs: GraphComparison?, isForeign: Bool
    ) throws -> TensorComparison {
        let byName = { (mayLack: Set<String>) in
            try TensorComparison(
                export: export.weights, source: source.weights, foldedSource: { try source.foldingBatchNormalization().weights },
                mayLack: mayLack)
        }
        if !isForeign {
            let result = try byName([])
            // All tensors may be present but read by the wrong layers.
            guard let graphs, graphs.alignment.isComplete, result.unmatchedReason != nil || !graphs.weightsAreRead(byName: true),
                result.differences.isEmpty
            else { return result }
            return try graphs.tensors()
        }
        guard let graphs, graphs.alignment.isComplete else {
            return TensorComparison(
                unmatched: "another program wrote the file, and its layers could not be matched with the source's one to one")
        }
        return try graphs.tensors()
    }

    /// What is wrong with the numbers, as a clause.
    private static func clause(_ numeric: NumericComparison) -> String {
        if numeric.outputs.contains(where: \.hasNonFinite) { return "NaN or infinite numbers where the source has none" }
        return numeric.summary
    }
}

extension GraphComparison {
    /// Compares the tensors that matched layers read.
    func tensors() throws -> TensorComparison {
        try TensorComparison(
            weights, tolerance: form == .plain ? 0 : GraphComparison.foldingTolerance, isFolded: form != .plain)
    }

    /// Whether every layer reads the tensors with the source's names; true if names do not matter.
    func weightsAreRead(byName: Bool) -> Bool { !byName || weights.allSatisfy { $0.exportKey == nil || $0.exportKey == $0.name } }
}

extension NumericComparison {
    /// The largest differences in one sentence.
    package var summary: String {
        let worst = outputs.reduce(0) { max($0, $1.maxNormalized) }
        let least = outputs.reduce(0) { max($0, $1.leastAbsoluteTolerance) }
        let cosine = outputs.reduce(1) { min($0, $1.minCosine) }
        guard tolerance.normalized != nil || lengthsDiffer else {
            let allowed = [
                tolerance.absolute.map { ScientificText.of($0) }, tolerance.relative.map { "\(ScientificText.of($0)) of the source" },
            ].compactMap(\.self).joined(separator: " + ")
            return "outputs differ by at most \(ScientificText.of(outputs.reduce(0) { max($0, $1.maxAbsolute) })) (\(allowed) allowed"
                + (isWithin ? ")" : "; would pass with an absolute tolerance of at least \(ScientificText.of(max(least, 0))))")
        }
        let allowed = "(\(ScientificText.of(tolerance.normalized ?? 3e-6)) allowed)"
        guard isEmbedding else { return "outputs differ by at most \(ScientificText.of(worst)) of the largest number \(allowed)" }
        return "normalized embeddings differ by at most \(ScientificText.of(worst)) \(allowed), cosine at least "
            + ScientificText.cosine(cosine)
    }
}

/// Formats small numbers for people: two digits and a power of ten.
package enum ScientificText {
    /// Such as `2.1e-7`; 0 as `0`.
    package static func of(_ value: Double) -> String {
        guard value != 0, value.isFinite else { return value == 0 ? "0" : "\(value)" }
        var exponent = 0
        var digits = abs(value)
        while digits >= 10 { (digits, exponent) = (digits / 10, exponent + 1) }
        while digits < 1 { (digits, exponent) = (digits * 10, exponent - 1) }
        var tenths = (digits * 10).rounded(.up)
        // A bound is rounded up, but round numbers stay unchanged.
        if (digits * 10 - (digits * 10).rounded()).magnitude < 1e-9 { tenths = (digits * 10).rounded() }
        if tenths >= 100 { (tenths, exponent) = (10, exponent + 1) }
        let sign = value < 0 ? "-" : ""
        return "\(sign)\(Int(tenths) / 10).\(Int(tenths) % 10)e\(exponent)"
    }

    /// A cosine, rounded down to seven digits.
    package static func cosine(_ value: Double) -> String {
        guard value.isFinite else { return "\(value)" }
        let units = Int((min(value, 1) * 1e7).rounded(.down))
        let (whole, part) = (abs(units) / 10_000_000, abs(units) % 10_000_000)
        return "\(units < 0 ? "-" : "")\(whole).\(String(repeating: "0", count: 7 - "\(part)".count))\(part)"
    }
}
