import ConvertFiles
import ConvertIR
import ConvertJSON
import Verifier

/// The score from which two pictures count as one person, kept in a model's metadata, so that it travels in every format. Comparing two
/// networks takes no notice of it.
public struct StoredThreshold: Sendable, Equatable {
    /// The least cosine of a pair that counts as one person.
    public let cosine: Double
    /// What it was found on, and by which rule.
    public let source: String

    private static let key = "match_threshold"
    private static let sourceKey = "match_threshold_source"

    /// The threshold of an evaluation. Throws `StoredThresholdError.noThreshold`.
    public init(_ result: EvaluationResult) throws(StoredThresholdError) {
        self.init(result.report)
        guard cosine.isFinite, -1...1 ~= cosine else { throw .noThreshold }
    }

    /// The threshold of an evaluation: for the false match rate that was asked for, or else the one that decides most pairs correctly.
    private init(_ report: EvaluationReport) {
        let evaluation = report.evaluation
        let pairs = evaluation.table.pairs
        let place = "\(NumberText.grouped(pairs.pairs.count)) pairs \(evaluation.isLFW ? "of LFW" : "that are not LFW's")"
        if let threshold = evaluation.matchThreshold {
            // Halfway to the next lower score, so that the pair that sets the threshold is accepted whatever the last digit is.
            let score = threshold.rates.score
            let below = evaluation.table.scores.filter { $0 < score }.max()
            cosine = below.map { (Double(score) + Double($0)) / 2 } ?? Double(score)
            source =
                "false match rate at most \(threshold.rates.limit) on \(place)"
                + (threshold.rates.isSupported ? "" : ", which are too few to show it")
        } else {
            cosine = evaluation.protocolRule.cosine(evaluation.globalBest.threshold)
            source = "the most accurate one on \(place)"
        }
    }

    /// The threshold that a model carries; nil if it carries none. Throws `StoredThresholdError.unusable`.
    public init?(of model: Model) throws(StoredThresholdError) {
        let metadata = model.weights.metadata
        guard let stored = metadata[StoredThreshold.key] else { return nil }
        guard let cosine = stored.double, -1...1 ~= cosine else { throw .unusable(value: String(stored.text(pretty: false).prefix(40))) }
        self.cosine = cosine
        source = String((metadata[StoredThreshold.sourceKey]?.string ?? "not said").prefix(200))
    }

    /// The members that carry it.
    package var metadata: Metadata {
        Metadata([StoredThreshold.key: .number(cosine), StoredThreshold.sourceKey: .string(source)])
    }

    /// Why an evaluation's threshold would not be one of plain cosines of two pictures; nil if it is one.
    public static func obstacle(_ request: EvaluationRequest) -> StoredThresholdError? {
        var complete = request
        _ = ProtocolChoices.complete(&complete)
        if !request.sets.isEmpty { return .severalSets }
        if let mirror = complete.mirror, mirror != .none { return .mirrorImages }
        let isOtherFace =
            complete.faces.crop != request.faces.crop || complete.faces.selection != nil || complete.faces.leastFace != nil
            || complete.faces.thresholds != nil || complete.faces.factor != nil
        if isOtherFace || request.cropsFolder != nil { return .otherFaces }
        return complete.judging.subtractsMean ? .meanSubtracted : nil
    }
}

/// Why a threshold is not stored.
public enum StoredThresholdError: DescribedError, Equatable {
    /// Mirror images were used, which a comparison of two pictures does without.
    case mirrorImages
    /// Embeddings were judged less their mean, which a comparison of two pictures does not know.
    case meanSubtracted
    /// Each set has a threshold of its own.
    case severalSets
    /// Faces were chosen or cut in a way that the model does not state.
    case otherFaces
    /// What the model carries is not a cosine.
    case unusable(value: String)
    /// No threshold has the rate that was asked for.
    case noThreshold

    /// What is wrong.
    public var problem: String {
        switch self {
        case .mirrorImages: "a threshold found with mirror images is not one for two pictures alone"
        case .meanSubtracted: "a threshold found with the mean subtracted is not one for two pictures alone"
        case .severalSets: "a threshold is stored from one list of pairs, not from sets"
        case .noThreshold: "no threshold has this false match rate"
        case .otherFaces: "a threshold belongs to its crops, and these are not cut as the model alone says"
        case .unusable(let value): "the match_threshold that the model carries is \(PrintedText.oneLine(value)), not a cosine from -1 to 1"
        }
    }

    /// What to do about it.
    public var remedy: String {
        switch self {
        case .mirrorImages: "evaluate without mirror images"
        case .meanSubtracted: "evaluate without subtracting the mean"
        case .severalSets: "evaluate a list of pairs"
        case .noThreshold: "ask for a higher rate, or give more pairs"
        case .otherFaces:
            "leave out finished crops, a protocol's crops and the detector's settings; a crop of the model's own (--crop) is kept"
        case .unusable: "give a threshold, or store one again"
        }
    }

    /// What the caller could decide otherwise.
    public var decisions: [Decision] { [] }
}
