import Exporters
import Files
import IR
import Inference

/// An export held against its source: tensors, numbers, and where they part, the layer.
public struct Verification: Sendable {
    /// How it is done.
    public struct Settings: Sendable {
        /// Overrules the default tolerance.
        public var tolerance: NumericComparison.Tolerance?
        /// Images; nil for seeded noise.
        public var images: NumericComparison.Images?
        /// Images of noise.
        public var seededImages = 4
        /// How networks are run.
        public var executor = FastExecutor.Options()
        /// Changes how images enter both networks.
        public var overrule: @Sendable (InputContract) -> InputContract = { $0 }

        /// The defaults.
        public init() {}
    }

    /// The tensors.
    public let tensors: TensorComparison
    /// The numbers; nil where one side has no graph.
    public let numeric: NumericComparison?
    /// Why there are no numbers.
    public let numericReason: String?
    /// Why the networks could not be run side by side: that is a difference as well.
    public let numericFailure: String?
    /// The first layer that departs, where the numbers do.
    public let blame: LayerBlame?

    /// Whether everything agrees.
    public var isSame: Bool { tensors.differences.isEmpty && numericFailure == nil && (numeric?.isWithin ?? true) }

    /// What an export was opened as.
    public struct Export: Sendable {
        /// Its tensors.
        public let weights: Weights
        /// Its network, where it makes one.
        public let model: Model?
        /// Its graph, also where that does not fit its tensors.
        public let graph: Graph?
        /// Why there is no model although the file has a graph: that too is a difference.
        public let failure: String?
        /// Whether another program wrote it: those leave out what their graph does not read.
        public let isForeign: Bool

        /// An export; a graph that is not understood, or does not fit the tensors, is kept as a failure. Throws where there are no tensors.
        public init(_ opened: OpenedFile) throws {
            graph = opened.document?.graph
            isForeign = opened.format == ONNXFormat.name && opened.document?.isComplete != true
            do {
                let content = try OpenedModel(opened).content
                weights = content.weights
                // Keys and shapes may tell a network where the file's graph is not understood: that is not the graph that others would run.
                failure = opened.documentError.map { "\($0)" }
                model = failure == nil ? content.model : nil
            } catch  where opened.weights != nil && (graph != nil || opened.documentError != nil) {
                weights = opened.weights ?? Weights(entries: [], provenance: Provenance(source: "", format: "", stateDictPath: ""))
                model = nil
                failure = "\(opened.documentError ?? error)"
            }
        }

        /// Content as it was written or read.
        public init(_ content: ExportContent) {
            weights = content.weights
            model = content.model
            graph = content.model?.graph
            failure = nil
            isForeign = false
        }
    }

    /// Compares what was opened. Throws where a file is damaged or there is nothing to compare.
    public init(export: Export, source: ExportContent, names: (export: String, source: String), settings: Settings) throws {
        let sourceModel = source.model
        tensors = try TensorComparison(
            export: export.weights, source: source.weights,
            foldedSource: sourceModel.map { model in { try model.foldingBatchNormalization().weights } },
            ignoresUnitAxes: export.failure != nil, mayLack: export.isForeign ? Set(sourceModel?.unusedKeys ?? []) : [])
        guard let exportModel = export.model, let sourceModel else {
            (numeric, numericFailure) = (nil, export.failure)
            if let failed = export.graph, let sourceModel, export.failure != nil {
                blame = LayerBlame.written(export: failed, source: sourceModel.graph)
            } else {
                blame = nil
            }
            guard tensors.unmatchedReason == nil || export.failure != nil else {
                throw VerificationError.nothingToCompare(export: names.export, source: names.source)
            }
            numericReason =
                export.failure == nil ? "\(export.model == nil ? names.export : names.source) has no graph that can be run" : nil
            return
        }
        numericReason = nil
        let images = try settings.images ?? NumericComparison.seeded(for: sourceModel, count: settings.seededImages)
        let tolerance = settings.tolerance ?? .usual(exportModel, sourceModel)
        var result: NumericComparison?
        var failure: String?
        do {
            result = try NumericComparison(
                export: exportModel, source: sourceModel, images: images, tolerance: tolerance, options: settings.executor,
                overrule: settings.overrule)
        } catch let error as NumericComparison.SourceFailure {
            throw error.reason
        } catch let error as VerificationError {
            failure = error.problem
        } catch let error as InferenceError {
            // A network that cannot run on the source's input is not the source.
            failure = error.problem
        }
        numeric = result
        numericFailure = failure
        guard result?.isWithin != true else {
            blame = nil
            return
        }
        blame = try LayerBlame.find(
            export: exportModel, source: sourceModel, images: images, tolerance: max(1e-5, tolerance.normalized ?? 1e-5),
            overrule: settings.overrule)
    }
}
