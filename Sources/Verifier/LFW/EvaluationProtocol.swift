/// How a fold's threshold is chosen, and how a pair is decided.
public enum EvaluationProtocol: String, Sendable, CaseIterable {
    /// The reference project's: candidates are the float32 midpoints of neighboring scores; same person if score >= threshold.
    case reference
    /// insightface's `eval/verification.py`: squared distances 0, 0.01, … 3.99; same person if distance < threshold.
    case insightface
    /// facenet's `src/lfw.py`: the same grid and rule. From the same scores both give the same figures; they differ in how embeddings are
    /// made (facenet concatenates those of an image and its mirror image, insightface adds them; facenet feeds (x − 127.5) / 128,
    /// insightface (x/255 − 0.5) / 0.5).
    case facenet

    /// Whether thresholds are squared distances of unit vectors, 2 − 2·score, instead of scores.
    package var usesDistance: Bool { self != .reference }

    /// The unit of thresholds, in words.
    package var thresholdUnit: String { usesDistance ? "squared distance" : "cosine" }

    /// The number that is compared with a threshold, for one score.
    @inline(__always) func measure(_ score: Float) -> Double { usesDistance ? 2 - 2 * Double(score) : Double(score) }

    /// Whether a pair with this score is accepted as the same person.
    package func accepts(_ score: Float, threshold: Double) -> Bool {
        usesDistance ? measure(score) < threshold : measure(score) >= threshold
    }

    /// The threshold as a cosine.
    package func cosine(_ threshold: Double) -> Double { usesDistance ? 1 - threshold / 2 : threshold }

    /// The rule in one sentence.
    package var rule: String {
        switch self {
        case .reference: "thresholds are midpoints of neighboring scores, the first best on the other folds; same if score >= threshold"
        case .insightface, .facenet:
            "thresholds are squared distances 0, 0.01 … 3.99, the first best on the other folds; same if distance < threshold"
        }
    }
}
