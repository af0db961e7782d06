import Glibc

/// McNemar's exact test: do two models differ in how many pairs they decide correctly, beyond chance?
package struct McNemarTest: Sendable, Equatable {
    /// Pairs that only the first model decides correctly.
    package let onlyFirst: Int
    /// Pairs that only the second model decides correctly.
    package let onlySecond: Int

    /// Creates a test from the two counts of disagreement.
    package init(onlyFirst: Int, onlySecond: Int) {
        self.onlyFirst = max(onlyFirst, 0)
        self.onlySecond = max(onlySecond, 0)
    }

    /// The two-sided p-value: twice the probability that the rarer kind occurs at most this often among all disagreements, if both kinds
    /// were equally likely (binomial, one half); at most 1.
    package var pValue: Double {
        let total = onlyFirst + onlySecond
        guard total > 0 else { return 1 }
        // In logarithms, because one half to the power of thousands underflows.
        let base = lgamma(Double(total) + 1) - Double(total) * log(2)
        var tail = 0.0
        for count in 0...min(onlyFirst, onlySecond) {
            tail += exp(base - lgamma(Double(count) + 1) - lgamma(Double(total - count) + 1))
        }
        return min(1, 2 * tail)
    }
}
