import ConvertFiles

/// Two models of which one has narrower weights, such as float16. What rounding changes may go either way, and that the rounded one is better
/// is no reason to refuse it: it is judged by whether it is worse.
package struct RoundedModels: Sendable, Equatable {
    /// A model and the element type of its weights.
    package struct Side: Sendable, Equatable {
        /// What the model is called.
        package let name: String
        /// Such as `float16`.
        package let weights: String

        /// Creates a side.
        package init(name: String, weights: String) { (self.name, self.weights) = (name, weights) }

        /// Both in words.
        var text: String { "\(name) (\(weights))" }
    }

    /// Whether the rounded one is the model that is evaluated, and not the one that it is compared with.
    package let isFirst: Bool
    /// The rounded model.
    package let narrow: Side
    /// The other one.
    package let wide: Side

    /// Creates the relation of two models.
    package init(isFirst: Bool, narrow: Side, wide: Side) { (self.isFirst, self.narrow, self.wide) = (isFirst, narrow, wide) }
}

/// Whether a rounded model is worse than the other one.
///
/// It is not if it loses no more than a tolerance; or if what it loses is within chance: McNemar's exact test does not find a difference (p ≥
/// 0.05), and the interval of the difference rules out a loss of ten times the tolerance, so that few pairs do not prove anything.
package struct RoundedAcceptance: Sendable, Equatable {
    /// What the rounded model gains, as a share of the pairs; negative if it loses.
    package let difference: PairedDifference
    /// McNemar's exact p.
    package let pValue: Double
    /// What may be lost, as a share of the pairs.
    package let tolerance: Double

    /// How many times the tolerance the interval has to rule out.
    static let chance = 10.0
    /// From which p on a difference is within chance.
    static let level = 0.05
    /// Allowance for the rounding of a loss that equals the tolerance exactly.
    private static let slack = 1e-11

    init(_ agreement: ModelAgreement, models: RoundedModels, tolerance: Double) {
        difference = models.isFirst ? agreement.difference : agreement.difference.reversed
        (pValue, self.tolerance) = (agreement.mcNemar.pValue, tolerance)
    }

    /// Whether the rounded model is not worse.
    package var isMet: Bool {
        difference.value >= -tolerance - RoundedAcceptance.slack
            || (pValue >= RoundedAcceptance.level && difference.lower >= -RoundedAcceptance.chance * tolerance - RoundedAcceptance.slack)
    }

    /// What can be said of the rounded model beside the other one: a loss that may be chance does not show that it is worse.
    var verdict: String { isMet ? "is not worse than" : pValue < RoundedAcceptance.level ? "is worse than" : "may be worse than" }

    /// The difference, its interval and the test, in points of percent.
    package var text: String {
        "\(NumberText.signed(difference.value * 100, 4)) points (95 %: \(NumberText.signed(difference.lower * 100, 4)) … "
            + "\(NumberText.signed(difference.upper * 100, 4))), McNemar's exact p \(NumberText.short(pValue))"
    }

    /// What may be lost.
    package var rule: String {
        "a loss of \(NumberText.fixed(tolerance * 100, 4)) points is allowed, and one within chance (p at least \(RoundedAcceptance.level), "
            + "and the interval above -\(NumberText.fixed(tolerance * 100 * RoundedAcceptance.chance, 4)))"
    }
}
