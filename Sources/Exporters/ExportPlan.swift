import ConvertFiles
import ConvertIR

/// The changes an export makes to a model, in this order: folding, normalization, preprocessing, names, rounding.
public struct ExportPlan: Sendable {
    /// Whether batch normalization is folded into the layer before it.
    public var foldsBatchNorm = false
    /// Whether an L2 normalization is appended.
    public var normalizes = false
    /// The element type of the input pixels if mean and scale become the first layers of the network; nil to leave them out.
    public var embeddedPixels: ElementType?
    /// The precision that floating-point weights are rounded to; nil to keep theirs.
    public var precision: WeightPrecision?
    /// Plain values to keep beside the tensors, in place of those that the source has under the same names.
    package var metadata = Metadata()

    /// A plan without changes.
    public init() {}

    /// What an export is about to write.
    package struct Outcome: Sendable {
        /// The changed model or weights.
        package let content: ExportContent
        /// How many nonzero numbers rounding turned into 0.
        package let zeros: Int
    }

    /// Returns the content as it will be written. Throws `ExportError` if a change does not fit the content or the format, or if rounding
    /// overflows.
    package func apply(to opened: OpenedModel, for format: any FileFormat.Type) throws -> Outcome {
        if foldsBatchNorm, format.capabilities.promisesSourceTensors { throw ExportError.cannotFold(format: format.name) }
        var content = try opened.content.keeping(metadata)
        if var model = content.model {
            if foldsBatchNorm {
                let folded = try model.foldingBatchNormalization()
                guard folded.graph.nodes.count < model.graph.nodes.count else { throw ExportError.nothingToFold }
                model = folded
            }
            if normalizes { model = try model.appendingNormalization() }
            if let embeddedPixels { model = try model.embeddingPreprocessing(elements: embeddedPixels) }
            if format.capabilities.sharesNames { model = try model.namingValuesApartFromWeights() }
            content = .model(model)
        } else {
            let reason = opened.bareReason.map { ($0 as? any DescribedError)?.problem ?? "\($0)" } ?? "there is none"
            if !format.capabilities.holdsBareWeights { throw opened.bareReason ?? ExportError.needsNetwork(reason: reason) }
            for (isAsked, decision) in [
                (foldsBatchNorm, Decision.foldBatchNorm), (normalizes, .normalize), (embeddedPixels != nil, .embedPreprocess),
            ] where isAsked { throw ExportError.notForBareWeights(decision, reason: reason) }
        }
        guard let precision else { return Outcome(content: content, zeros: 0) }
        let (rounded, zeros) = try content.weights.roundedInRange(to: precision)
        guard let model = content.model else { return Outcome(content: .weights(rounded), zeros: zeros) }
        let changed = try Model(weights: rounded, graph: model.graph, contract: model.contract, architecture: model.architecture)
        return Outcome(content: .model(changed), zeros: zeros)
    }
}

extension ExportContent {
    /// The same with these values among its metadata.
    fileprivate func keeping(_ more: Metadata) throws -> ExportContent {
        guard !more.members.isEmpty else { return self }
        var metadata = Metadata()
        for member in weights.metadata.members where more[member.key] == nil { metadata.append(member.key, member.value) }
        for member in more.members { metadata.append(member.key, member.value) }
        let changed = Weights(entries: weights.entries, metadata: metadata, provenance: weights.provenance, epsilons: weights.epsilons)
        guard let model else { return .weights(changed) }
        return .model(try Model(weights: changed, graph: model.graph, contract: model.contract, architecture: model.architecture))
    }
}

extension Weights {
    /// The weights rounded, and how many nonzero numbers became 0. Throws `ExportError.overflow` if a finite number would become infinite.
    func roundedInRange(to precision: WeightPrecision) throws -> (weights: Weights, zeros: Int) {
        let (overflows, zeros) = try roundingLosses(at: precision)
        guard overflows.isEmpty else {
            throw ExportError.overflow(
                precision: precision.rawValue,
                tensors: overflows.map { "\($0.name) (\(NumberText.counted($0.count, "number")), the largest \($0.largest))" })
        }
        return (try rounded(to: precision), zeros)
    }
}
