/// Wilson's interval of a share that was counted, in which the true share is found with 95 % confidence.
///
/// It stays within 0…1 and is not a point if the count is 0 or all, unlike resampling: of 6,000 right decisions of 6,000 it says
/// 0.99936 … 1. Pairs count as independent. Source: E. B. Wilson, Probable inference, the law of succession, and statistical inference, JASA
/// 22 (1927), without correction for continuity, as SciPy's `proportion_ci(method="wilson")`.
package struct ShareInterval: Sendable, Equatable {
    /// The lower end, a fraction of 1.
    package let lower: Double
    /// The upper end.
    package let upper: Double

    /// The normal distribution's 97.5th percentile.
    static let deviations = 1.959963984540054

    /// - Parameters:
    /// - count: How many of `total` there are; both ends are 0 and 1 if nothing was counted.
    package init(_ count: Int, of total: Int) {
        guard total > 0, 0...total ~= count else {
            (lower, upper) = (0, 1)
            return
        }
        let (share, number) = (Double(count) / Double(total), Double(total))
        let squared = ShareInterval.deviations * ShareInterval.deviations / number
        let center = (share + squared / 2) / (1 + squared)
        let half = (share * (1 - share) * squared + squared * squared / 4).squareRoot() / (1 + squared)
        lower = count == 0 ? 0 : center - half
        upper = count == total ? 1 : center + half
    }
}
