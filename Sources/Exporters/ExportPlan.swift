import Files
import IR

/// What an export changes on the way, in this order: folding, normalization, preprocessing, rounding.
public struct ExportPlan: Sendable {
    /// Folds batch normalization into the layer before it.
    public var foldsBatchNorm = false
    /// Appends an L2 normalization.
    public var normalizes = false
    /// Puts mean and scale in front, for pixels given as these elements.
    public var embeddedPixels: ElementType?
    /// Rounds floating-point weights.
    public var precision: WeightPrecision?

    /// No changes.
    public init() {}

    /// What an export will write.
    public struct Outcome: Sendable {
        /// The content.
        public let content: ExportContent
        /// Numbers of it that rounding made 0.
        public let zeros: Int
    }

    /// The content as it will be written. Throws where an option does not fit content or format, or where rounding overflows.
    public func apply(to opened: OpenedModel, for format: any FileFormat.Type) throws -> Outcome {
        if foldsBatchNorm, format.capabilities.promisesSourceTensors { throw ExportError.foldingNotHere(format: format.name) }
        var content = opened.content
        if var model = content.model {
            if foldsBatchNorm {
                let folded = try model.foldingBatchNormalization()
                guard folded.graph.nodes.count < model.graph.nodes.count else { throw ExportError.nothingToFold }
                model = folded
            }
            if normalizes { model = try model.appendingNormalization() }
            if let embeddedPixels { model = try model.embeddingPreprocessing(elements: embeddedPixels) }
            content = .model(model)
        } else {
            let reason = opened.bareReason.map { ($0 as? any DescribedError)?.problem ?? "\($0)" } ?? "there is none"
            if !format.capabilities.holdsBareWeights { throw opened.bareReason ?? ONNXError.needsGraph(reason: reason) }
            for (isAsked, option) in [
                (foldsBatchNorm, "--fold-batchnorm"), (normalizes, "--normalize"), (embeddedPixels != nil, "--embed-preprocess"),
            ] where isAsked { throw ExportError.notForBareWeights(option: option, reason: reason) }
        }
        guard let precision else { return Outcome(content: content, zeros: 0) }
        let (overflows, zeros) = try content.weights.roundingLosses(at: precision)
        guard overflows.isEmpty else {
            throw ExportError.overflow(
                precision: precision.rawValue,
                tensors: overflows.map { "\($0.name) (\($0.count) numbers, the largest \(Float($0.largest)))" })
        }
        let rounded = try content.weights.rounded(to: precision)
        guard let model = content.model else { return Outcome(content: .weights(rounded), zeros: zeros) }
        let changed = try Model(weights: rounded, graph: model.graph, contract: model.contract, architecture: model.architecture)
        return Outcome(content: .model(changed), zeros: zeros)
    }
}
