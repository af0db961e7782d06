/// A 95 % interval of the accuracy, from resampling pairs.
///
/// Outcomes are resampled: each pair is right or wrong at the threshold of its own fold, as many outcomes as there are pairs are drawn with
/// replacement, many times over, and thresholds are not chosen again. The interval spans the 2.5th to the 97.5th percentile of the
/// resulting accuracies. It shows how far another sample of such pairs may differ, not how far another training run would.
package struct BootstrapInterval: Sendable, Equatable {
    /// 2.5th percentile, a fraction of 1.
    package let lower: Double
    /// 97.5th percentile.
    package let upper: Double
    /// The number of resamples.
    package let resamples: Int
    /// The generator's seed.
    package let seed: UInt64

    /// The most draws in all, so that a long list does not take long: 2,000 resamples of 6,000 pairs.
    private static let drawLimit = 12_000_000
    /// The least number of resamples for which percentiles are meaningful.
    private static let fewest = 200

    /// - Parameters:
    /// - correct: The number of pairs, of `total`, that are decided correctly.
    package init(correct: Int, total: Int, seed: UInt64) {
        self.seed = seed
        guard total > 0, 0...total ~= correct else {
            (lower, upper, resamples) = (0, 0, 0)
            return
        }
        let resamples = min(2000, max(BootstrapInterval.fewest, BootstrapInterval.drawLimit / total))
        var generator = SeededGenerator(seed: seed)
        // A random outcome is correct with this probability; each number of the generator serves two draws.
        let limit = UInt32(clamping: UInt64(correct) * (1 << 32) / UInt64(total))
        let isCertain = correct == total
        var counts: [Int] = []
        counts.reserveCapacity(resamples)
        for _ in 0..<resamples {
            var right = 0
            for _ in 0..<total / 2 {
                let bits = generator.next()
                right &+= (UInt32(truncatingIfNeeded: bits) < limit ? 1 : 0) &+ (UInt32(truncatingIfNeeded: bits >> 32) < limit ? 1 : 0)
            }
            if total % 2 == 1, UInt32(truncatingIfNeeded: generator.next()) < limit { right += 1 }
            counts.append(isCertain ? total : right)
        }
        counts.sort()
        self.resamples = resamples
        lower = Double(BootstrapInterval.percentile(0.025, of: counts)) / Double(total)
        upper = Double(BootstrapInterval.percentile(0.975, of: counts)) / Double(total)
    }

    /// The nearest-rank percentile: the smallest value with at least this share of the values at or below it.
    private static func percentile(_ share: Double, of sorted: [Int]) -> Int {
        let rank = Int((share * Double(sorted.count)).rounded(.up))
        return sorted[min(max(rank - 1, 0), sorted.count - 1)]
    }
}
