import ConvertFiles

/// What a user expects of an evaluation.
public struct Expectations: Sendable {
    /// Mean accuracy in percent.
    public var accuracy: Double?
    /// Allowed deviation, in percentage points: three of 6,000 pairs.
    public var accuracyTolerance = 0.05
    /// Area under the ROC curve, 0…1.
    public var area: Double?
    /// Allowed deviation: `accuracyTolerance` as a fraction.
    public var areaTolerance = 0.0005
    /// Another run, compared with the same tolerances.
    package var baseline: Baseline?

    /// Nothing is expected.
    package init() {}
}

/// Whether an evaluation is as expected, and why.
package struct Judgment: Sendable, Equatable {
    /// One expectation.
    package struct Check: Sendable, Equatable {
        /// Whether it is met.
        package let isMet: Bool
        /// What was expected and what was found, in one line.
        package let reason: String
    }

    /// All checks; empty if nothing was expected.
    package let checks: [Check]
    /// How the evaluation differs from the baseline, if there is one.
    package let comparison: BaselineComparison?

    /// The verdict in a few words; of a rounded model alone, whether it is worse.
    package var headline: String { roundedHeadline ?? (isMet ? "As expected" : "Not as expected") }
    private let roundedHeadline: String?

    /// Whether every check is met; true if nothing was expected.
    package var isMet: Bool { checks.allSatisfy(\.isMet) }

    /// A caveat that must accompany every verdict.
    package static let caveat = "LFW does not establish fairness, robustness to spoofing or real-world reliability."

    /// Allowance for the rounding of a difference that equals the tolerance exactly.
    private static let slack = 1e-9

    /// Judges an evaluation.
    /// - Parameter margin: The run's crop margin, which selects the figures of a baseline that has several.
    /// - Throws: `LFWError.differentPairs` if the baseline's scores belong to different pairs.
    package init(_ evaluation: LFWEvaluation, expectations: Expectations, margin: Int? = nil) throws(LFWError) {
        var checks: [Check] = []
        func accuracy(_ expected: Double, _ what: String) {
            let found = evaluation.spread.mean * 100
            let difference = found - expected
            checks.append(
                Check(
                    isMet: difference.magnitude <= expectations.accuracyTolerance + Judgment.slack,
                    reason:
                        "accuracy \(NumberText.fixed(found, 4)) %, \(what) \(NumberText.fixed(expected, 4)) %: \(NumberText.signed(difference, 4)) "
                        + "points, \(NumberText.fixed(expectations.accuracyTolerance, 4)) allowed"))
        }
        func area(_ expected: Double, _ what: String) {
            let difference = evaluation.curve.area - expected
            checks.append(
                Check(
                    isMet: difference.magnitude <= expectations.areaTolerance + Judgment.slack,
                    reason: "AUC \(NumberText.fixed(evaluation.curve.area, 6)), \(what) \(NumberText.fixed(expected, 6)): "
                        + "\(NumberText.signed(difference, 6)), \(NumberText.fixed(expectations.areaTolerance, 6)) allowed"))
        }
        if let expected = expectations.accuracy { accuracy(expected, "expected") }
        if let expected = expectations.area { area(expected, "expected") }
        comparison = try expectations.baseline.map { baseline throws(LFWError) in
            try BaselineComparison(baseline, against: evaluation, margin: margin)
        }
        if let comparison, let rounded = comparison.rounded, let agreement = comparison.agreement, let other = comparison.evaluation {
            let (ofRounded, verdict) = Judgment.rounded(rounded, agreement, evaluation, other, expectations)
            roundedHeadline = checks.isEmpty ? "\(rounded.narrow.name) \(verdict) \(rounded.wide.name)" : nil
            checks += ofRounded
        } else if let figures = comparison?.figures {
            let name = expectations.baseline?.isModel == true ? comparison?.name ?? "" : "baseline"
            let key = figures.margin.map { "\(name) (margin \($0))" } ?? name
            if let expected = figures.accuracy { accuracy(expected * 100, key) }
            if let expected = figures.area { area(expected, key) }
            roundedHeadline = nil
        } else {
            roundedHeadline = nil
        }
        self.checks = checks
    }

    /// Whether the rounded one of two models is not worse.
    private static func rounded(
        _ models: RoundedModels, _ agreement: ModelAgreement, _ evaluation: LFWEvaluation, _ other: LFWEvaluation,
        _ expectations: Expectations
    ) -> (checks: [Check], verdict: String) {
        let acceptance = RoundedAcceptance(agreement, models: models, tolerance: expectations.accuracyTolerance / 100)
        let (own, others) = (evaluation.curve.area, other.curve.area)
        let (narrow, wide) = models.isFirst ? (own, others) : (others, own)
        let isAreaMet = narrow - wide >= -expectations.areaTolerance - slack
        let checks = [
            Check(
                isMet: acceptance.isMet,
                reason: "\(models.narrow.text) \(acceptance.verdict) \(models.wide.text): accuracy \(acceptance.text); \(acceptance.rule)"),
            Check(
                isMet: isAreaMet,
                reason: "AUC \(NumberText.fixed(narrow, 6)) with \(models.narrow.weights), \(NumberText.fixed(wide, 6)) with "
                    + "\(models.wide.weights): \(NumberText.signed(narrow - wide, 6)), a loss of "
                    + "\(NumberText.fixed(expectations.areaTolerance, 6)) is allowed"),
        ]
        return (checks, acceptance.isMet && !isAreaMet ? "is worse than" : acceptance.verdict)
    }
}
