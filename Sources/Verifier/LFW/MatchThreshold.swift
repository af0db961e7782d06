import Glibc

/// The threshold for a wanted false match rate, how sure it is, and what it costs.
package struct MatchThreshold: Sendable, Equatable {
    /// The lowest threshold whose false match rate is at most the wanted one, and its rates.
    package let rates: ErrorRates
    /// The lower end of the threshold's interval; negative infinity if there are too few scores to bound it.
    package let lower: Float
    /// The upper end; infinite if there are too few scores to bound it.
    package let upper: Float

    /// The threshold that has the wanted rate among all people is between two of the different-people scores with 95 % confidence. How many
    /// scores are at or above it is binomial whatever their distribution, so its 2.5th and 97.5th percentile say which two: the
    /// distribution-free interval of a quantile (H. A. David, H. N. Nagaraja, Order Statistics, section 7.1). Pairs count as independent.
    init(_ curve: ROCCurve, wanted: Double) {
        rates = curve.errorRates(falseMatchLimit: wanted)
        let fewest = MatchThreshold.binomialQuantile(0.025, of: curve.differentCount, share: wanted)
        let most = MatchThreshold.binomialQuantile(0.975, of: curve.differentCount, share: wanted)
        upper = fewest > 0 ? curve.score(ofDifferent: fewest) ?? .infinity : .infinity
        lower = curve.score(ofDifferent: most + 1) ?? -.infinity
    }

    /// The smallest count that is not exceeded with at least this probability, if each of `total` counts with probability `share`.
    static func binomialQuantile(_ probability: Double, of total: Int, share: Double) -> Int {
        guard total > 0, share > 0 else { return 0 }
        guard share < 1 else { return total }
        let number = Double(total)
        let deviation = (number * share * (1 - share)).squareRoot()
        // Ten deviations below the mean, and ten for rare events, no probability is left that a sum of doubles would show.
        var count = max(0, Int((number * share - 10 * deviation - 10).rounded(.down)))
        var sum = 0.0
        while count < total {
            let rest = Double(total - count)
            sum += exp(
                lgamma(number + 1) - lgamma(Double(count) + 1) - lgamma(rest + 1) + Double(count) * log(share) + rest * log1p(-share))
            if sum >= probability { break }
            count += 1
        }
        return count
    }
}

extension ROCCurve {
    /// The score of the different-people pair that is `rank`th from the top, from 1; nil if there are fewer.
    func score(ofDifferent rank: Int) -> Float? { points.first { $0.falseAccepts >= rank }?.score }
}
