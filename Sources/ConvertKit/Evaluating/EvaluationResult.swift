import ConvertJSON
import Glibc
import Verifier

/// What an evaluation found.
public struct EvaluationResult: Sendable {
    /// Every figure, and where it comes from.
    package let report: EvaluationReport
    /// The folder that was written to.
    public let folder: String?
    /// Names of the files that were written to it.
    public let written: [String]

    /// What the work took; nil if scores or embeddings were given.
    public internal(set) var times: EvaluationTimes?
    /// How fast the model was; nil if scores or embeddings were given.
    package internal(set) var speed: EvaluationSpeed?

    package init(report: EvaluationReport, folder: String?, written: [String]) {
        (self.report, self.folder, self.written) = (report, folder, written)
    }

    /// Mean accuracy over the folds, as a fraction.
    public var accuracy: Double { report.evaluation.spread.mean }
    /// Standard deviation of the accuracy over the folds (of a population), as a fraction.
    public var accuracyDeviation: Double { report.evaluation.spread.standardDeviation }
    /// The area under the ROC curve, with half a win for ties.
    public var areaUnderCurve: Double { report.evaluation.curve.area }
    /// The rate at which false accepts equal false rejects, as a fraction.
    public var equalErrorRate: Double { report.evaluation.curve.equalErrorRate }
    /// Every figure as JSON, as the file metrics.json has it.
    public var metrics: String { JSONValue.object(report.metrics).text(pretty: true) }

    /// Whether everything is as expected.
    public var isMet: Bool { report.judgment.isMet }
}

/// What the work on pictures took; what was cached took next to nothing.
public struct EvaluationTimes: Sendable, Equatable {
    /// Reading pictures, finding faces and cutting them out, in seconds of processor time of all threads together.
    public internal(set) var crops = 0.0
    /// Everything that the networks took, in seconds of processor time of all threads together.
    public internal(set) var embeddings = 0.0
    /// All of it, in seconds as on a clock.
    public internal(set) var elapsed = 0.0

    /// What the calling thread has used of its processor.
    static var processorSeconds: Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }

    mutating func add(_ other: EvaluationTimes) {
        crops += other.crops
        embeddings += other.embeddings
        elapsed += other.elapsed
    }
}
