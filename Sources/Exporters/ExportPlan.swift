import Files
import IR

/// What an export changes on the way, in this order: folding, normalisation, preprocessing, rounding.
public struct ExportPlan: Sendable {
    /// Folds batch normalisation into the layer before it.
    public var foldsBatchNorm = false
    /// Appends an L2 normalisation.
    public var normalizes = false
    /// Puts mean and scale in front, for pixels given as these elements.
    public var embeddedPixels: ElementType?
    /// Rounds floating-point weights.
    public var precision: WeightPrecision?

    /// No changes.
    public init() {}

    /// The content as it will be written. Throws where an option does not fit content or format, or where rounding overflows.
    public func apply(to opened: OpenedModel, for format: any FileFormat.Type) throws -> ExportContent {
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
        guard let precision else { return content }
        let overflows = try content.weights.overflows(at: precision)
        guard overflows.isEmpty else {
            throw ExportError.overflow(
                precision: precision.rawValue,
                tensors: overflows.map { "\($0.name) (\($0.count) numbers, the largest \(Float($0.largest)))" })
        }
        let rounded = try content.weights.rounded(to: precision)
        guard let model = content.model else { return .weights(rounded) }
        return .model(
            try Model(weights: rounded, graph: model.graph, contract: model.contract, architecture: model.architecture))
    }
}
