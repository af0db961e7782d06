/// How the threshold of a fold is chosen and what a decision is.
public enum EvaluationProtocol: String, Sendable, CaseIterable {
    /// The reference project's: candidates are the float32 midpoints of neighboring scores, same person where score >= threshold.
    case reference
    /// insightface's `eval/verification.py`: squared distances 0, 0.01, … 3.99, same person where distance < threshold.
    case insightface
    /// facenet's `src/lfw.py`: the same grid and rule. From scores both give the same figures; they differ in how vectors are made before
    /// (facenet concatenates the embeddings of an image and its flip, insightface adds them; facenet feeds (x − 127.5) / 128, insightface
    /// (x/255 − 0.5) / 0.5).
    case facenet

    /// Whether thresholds are squared distances of unit vectors, 2 − 2·score, instead of scores.
    public var usesDistance: Bool { self != .reference }

    /// What a threshold is, in words.
    public var thresholdUnit: String { usesDistance ? "squared distance" : "cosine" }

    /// The number that a threshold is held against, for one score.
    @inline(__always) func measure(_ score: Float) -> Double { usesDistance ? 2 - 2 * Double(score) : Double(score) }

    /// Whether a pair of this score is taken for the same person.
    public func accepts(_ score: Float, threshold: Double) -> Bool {
        usesDistance ? measure(score) < threshold : measure(score) >= threshold
    }

    /// The threshold as a cosine.
    public func cosine(_ threshold: Double) -> Double { usesDistance ? 1 - threshold / 2 : threshold }

    /// The rule in a sentence.
    public var rule: String {
        switch self {
        case .reference: "thresholds are midpoints of neighboring scores, the first best on the other folds; same where score >= threshold"
        case .insightface, .facenet:
            "thresholds are squared distances 0, 0.01 … 3.99, the first best on the other folds; same where distance < threshold"
        }
    }
}
