import ConvertIR
import ConvertInference

/// The runs of one verification: which networks on which images with which scaling, and their outputs.
struct NumericRuns {
    private let export: Model
    private let source: Model
    private let graphs: GraphComparison?
    private let relation: TensorComparison.Relation
    private let isProven: Bool
    private let settings: Verification.Settings
    private var images: NumericComparison.Images?
    /// What the verdict is based on.
    private var sides: (export: NumericComparison.Side, source: NumericComparison.Side)?

    private(set) var comparison: NumericComparison?
    private(set) var drift: NumericComparison?
    private(set) var activity: ChannelActivity?
    /// The image on which the two differ most.
    private var worstImage = 0
    /// Why there are no numbers.
    var failure: String?

    init(
        _ export: Model, _ source: Model, graphs: GraphComparison?, relation: TensorComparison.Relation, isProven: Bool,
        settings: Verification.Settings
    ) {
        (self.export, self.source, self.graphs) = (export, source, graphs)
        (self.relation, self.isProven, self.settings) = (relation, isProven, settings)
    }

    /// Performs the necessary runs. Throws `SourceFailure` if the source cannot be run, `InferenceError` if the export cannot.
    mutating func run() throws {
        let isRounded = relation != .same
        let count = isProven && settings.tolerance == nil ? settings.imagesWhereProven : settings.seededImages
        let images: NumericComparison.Images
        do {
            images = try settings.images ?? NumericComparison.seeded(for: source, and: export, count: count)
        } catch {
            throw NumericComparison.SourceFailure(reason: error)
        }
        self.images = images
        // To exclude rounding from the comparison, the wider side is rounded like the narrower one.
        var (exportModel, reference) = (export, source)
        if isRounded, settings.tolerance == nil {
            if case .sourceRounded = relation {
                exportModel = try graphs?.roundedExport() ?? export
            } else {
                reference = try graphs?.roundedSource() ?? source
            }
        }
        let sourceContract = settings.overrule(source.contract)
        let one = NumericComparison.Side(model: exportModel, contract: exportContract(sourceContract))
        let other = NumericComparison.Side(model: reference, contract: sourceContract)
        sides = (one, other)
        var expected: [NamedBatch]
        do {
            expected = try other.run(images, settings.executor)
        } catch {
            throw NumericComparison.SourceFailure(reason: error)
        }
        let isOneRun = isProven && (settings.tolerance == nil || !isRounded)
        var found = isOneRun ? nil : try one.run(images, settings.executor)
        let tolerance = settings.tolerance ?? .usual
        comparison = try compared(found, expected, images, tolerance)
        // Close to the limit, the order of sums alone may decide; short partial sums, which are closer to float64, then settle it.
        if found != nil, let first = comparison, !first.isWithin, first.isNearLimit, !settings.executor.isExact {
            var exact = settings.executor
            exact.isExact = true
            (expected, found) = (try other.run(images, exact), try one.run(images, exact))
            comparison = try compared(
                found, expected, .init(images.batch, description: images.description + ", run with short partial sums"), tolerance)
        }
        if let found, comparison?.isWithin == false { worstImage = NumericRuns.worstImage(found, expected) }
        if isRounded, settings.tolerance == nil {
            // The rounded side, unrounded.
            let plain: NumericComparison.Side
            if case .sourceRounded = relation {
                plain = .init(model: export, contract: one.contract)
                drift = try compared(try plain.run(images, settings.executor), expected, images, .usual)
            } else {
                plain = .init(model: source, contract: sourceContract)
                drift = try compared(found ?? expected, try plain.run(images, settings.executor), images, .usual)
            }
        }
        if !isProven {
            activity = try? ChannelActivity(of: reference, input: try sourceContract.standardize(images.batch), options: settings.executor)
        }
    }

    private func compared(
        _ found: [NamedBatch]?, _ expected: [NamedBatch], _ images: NumericComparison.Images, _ tolerance: NumericComparison.Tolerance
    ) throws -> NumericComparison {
        try NumericComparison(
            found: found, expected: expected, places: graphs.flatMap { $0.alignment.isComplete ? $0.alignment.outputs : nil },
            source: source, lengthsDiffer: lengthsDiffer, images: images, tolerance: tolerance)
    }

    /// Whether only one of them ends in a normalization, which changes lengths but not directions.
    private var lengthsDiffer: Bool {
        guard let graphs else { return export.contract.isNormalized != source.contract.isNormalized }
        return graphs.export.isNormalized.first != graphs.source.isNormalized.first
    }

    /// Both sides get the source's scaling, unless a graph scales its pixels itself; such a graph gets them according to its own contract.
    private func exportContract(_ sourceContract: InputContract) -> InputContract {
        guard let graphs, graphs.export.hasFront != graphs.source.hasFront else { return sourceContract }
        var contract = export.contract
        contract.channelOrder = sourceContract.channelOrder
        return contract
    }

    /// The image whose first output differs most.
    private static func worstImage(_ found: [NamedBatch], _ expected: [NamedBatch]) -> Int {
        guard let one = found.first?.batch, let other = expected.first?.batch, one.shape == other.shape, one.imageSize > 0 else { return 0 }
        func distance(_ image: Int) -> Double {
            (image * one.imageSize..<(image + 1) * one.imageSize).reduce(0) { sum, index in
                let far = abs(Double(one.values[index]) - Double(other.values[index]))
                return max(sum, far.isFinite ? far : .infinity)
            }
        }
        return (0..<one.imageCount).max { distance($0) < distance($1) } ?? 0
    }

    /// The first differing layer, or why none could be named.
    func blame() -> (LayerBlame?, String?) {
        guard let images, let sides else { return (nil, nil) }
        do {
            let one = images.batch.images(worstImage..<worstImage + 1)
            let inputs = (export: try sides.export.contract.standardize(one), source: try sides.source.contract.standardize(one))
            let pairs: [GraphAlignment.Pair]
            var (exportModel, sourceModel) = (sides.export.model, sides.source.model)
            if let graphs, graphs.alignment.isComplete || !graphs.alignment.pairs.isEmpty {
                pairs = graphs.alignment.pairs
                if graphs.form != .plain { (exportModel, sourceModel) = (graphs.export.model, graphs.source.model) }
            } else {
                pairs = LayerBlame.pairsByName(export: exportModel.graph, source: sourceModel.graph)
            }
            guard !pairs.isEmpty else { return (nil, "no layer of one could be matched with one of the other") }
            let tolerance = max(1e-5, settings.tolerance?.normalized ?? 1e-5)
            let found = try LayerBlame.find(export: exportModel, source: sourceModel, pairs: pairs, inputs: inputs, tolerance: tolerance)
            if let found { return (found, nil) }
            return (
                nil,
                graphs?.alignment.failure.map { "matched layers agree; \($0)" }
                    ?? "every matched layer agrees on the image where outputs differ most"
            )
        } catch {
            return (nil, "\(error)")
        }
    }
}
