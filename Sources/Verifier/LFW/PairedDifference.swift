/// How much more of the same pairs one model decides correctly than another, with 95 % confidence.
///
/// Pairs that both decide correctly, or neither, make no difference. The interval is Bonett and Price's, which adds one pair to each kind of
/// disagreement, so that it is not a point if there is none (Adjusted Wald confidence interval for a difference of binomial proportions
/// based on paired data, Journal of Educational and Behavioral Statistics 37, 2012). Pairs count as independent, as in `ShareInterval`.
package struct PairedDifference: Sendable, Equatable {
    /// Share of pairs that only the first decides correctly, less the share that only the second does.
    package let value: Double
    /// The lower end.
    package let lower: Double
    /// The upper end.
    package let upper: Double

    /// - Parameters:
    ///   - onlyFirst: pairs that only the first model decides correctly.
    ///   - onlySecond: pairs that only the second does.
    ///   - total: all pairs; without any, the interval is −1…1.
    package init(onlyFirst: Int, onlySecond: Int, of total: Int) {
        guard total > 0, onlyFirst >= 0, onlySecond >= 0 else {
            (value, lower, upper) = (0, -1, 1)
            return
        }
        value = Double(onlyFirst - onlySecond) / Double(total)
        let number = Double(total + 2)
        let (first, second) = (Double(onlyFirst + 1) / number, Double(onlySecond + 1) / number)
        let center = first - second
        let half = ShareInterval.deviations * ((first + second - center * center) / number).squareRoot()
        (lower, upper) = (max(-1, center - half), min(1, center + half))
    }

    /// The difference as the second model has it.
    var reversed: PairedDifference { PairedDifference(value: -value, lower: -upper, upper: -lower) }

    private init(value: Double, lower: Double, upper: Double) { (self.value, self.lower, self.upper) = (value, lower, upper) }
}
