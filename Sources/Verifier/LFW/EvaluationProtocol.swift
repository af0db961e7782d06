import Glibc

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
    /// facenet's with `--use_flipped_images`: squared distances of vectors that are two of unit length side by side, which go to 8, on the
    /// same grid to 4.
    case facenetConcatenated = "facenet-concatenated"
    /// facenet's with `--distance_metric 1`: the same grid, of angles between embeddings in units of π.
    case facenetArccos = "facenet-arccos"

    /// Whether thresholds are distances of a grid instead of scores.
    package var usesDistance: Bool { self != .reference }

    /// The unit of thresholds, in words.
    package var thresholdUnit: String {
        switch self {
        case .reference: "cosine"
        case .insightface, .facenet, .facenetConcatenated: "squared distance"
        case .facenetArccos: "angle / π"
        }
    }

    /// The number that is compared with a threshold, for one score.
    @inline(__always) func measure(_ score: Float) -> Double {
        switch self {
        case .reference: Double(score)
        case .insightface, .facenet: 2 - 2 * Double(score)
        case .facenetConcatenated: 4 - 4 * Double(score)
        // A score may exceed 1 by rounding, and no angle has such a cosine.
        case .facenetArccos: acos(min(max(Double(score), -1), 1)) / .pi
        }
    }

    /// Whether a pair with this score is accepted as the same person.
    package func accepts(_ score: Float, threshold: Double) -> Bool {
        usesDistance ? measure(score) < threshold : measure(score) >= threshold
    }

    /// The threshold as a cosine.
    package func cosine(_ threshold: Double) -> Double {
        switch self {
        case .reference: threshold
        case .insightface, .facenet: 1 - threshold / 2
        case .facenetConcatenated: 1 - threshold / 4
        case .facenetArccos: cos(.pi * min(threshold, 1))
        }
    }

    /// The rule in one sentence.
    package var rule: String {
        switch self {
        case .reference:
            "thresholds are midpoints of neighboring scores, the lowest of the best on the other folds; same if score >= threshold"
        case .insightface, .facenet, .facenetConcatenated:
            "thresholds are squared distances 0, 0.01 … 3.99, the lowest of the best on the other folds; same if distance < threshold"
        case .facenetArccos:
            "thresholds are angles in units of π, 0, 0.01 … 3.99, the lowest of the best on the other folds; same if angle < threshold"
        }
    }
}
