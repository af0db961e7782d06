/// A 95 % interval of the accuracy, from resampling people.
///
/// Pairs that share a person are not independent, so `BootstrapInterval`, which draws pairs, is too narrow. Here as many people as there are
/// are drawn with replacement; a pair of different people counts as often as both are drawn together (the product of how often each is), and
/// a pair of one person as often as that person is. Each pair is right or wrong at the threshold of its own fold; thresholds are not chosen
/// again. Source: R. M. Bolle, N. K. Ratha, S. Pankanti, Error analysis of pattern recognition systems: the subsets bootstrap, CVIU 93
/// (2004); for pairs of two people T. A. B. Snijders, S. P. Borgatti, Non-parametric standard errors and tests for network statistics,
/// Connections 22 (1999).
package struct PeopleBootstrap: Sendable, Equatable {
    /// 2.5th percentile, a fraction of 1.
    package let lower: Double
    /// 97.5th percentile.
    package let upper: Double
    /// The number of resamples.
    package let resamples: Int
    /// How many people there are.
    package let people: Int
    /// The generator's seed.
    package let seed: UInt64

    /// The most draws and pairs in all, and the least number of resamples.
    private static let (workLimit, fewest, most) = (24_000_000, 200, 2000)

    /// - Parameters:
    /// - people: Both people of each pair.
    /// - isCorrect: For each pair, whether it is decided correctly.
    /// - Returns: Nil for fewer than two people.
    package init?(_ people: PairPeople, isCorrect: [Bool], seed: UInt64) {
        let (count, pairs) = (people.names.count, people.ofPair)
        guard count > 1, pairs.count == isCorrect.count, let range = UInt64(exactly: count), range <= UInt32.max else { return nil }
        let resamples = min(PeopleBootstrap.most, max(PeopleBootstrap.fewest, PeopleBootstrap.workLimit / (count + pairs.count)))
        var generator = SeededGenerator(seed: seed)
        var weights = [Int64](repeating: 0, count: count)
        var accuracies: [Double] = []
        accuracies.reserveCapacity(resamples)
        for _ in 0..<resamples {
            for place in weights.indices { weights[place] = 0 }
            var bits: UInt64 = 0
            for draw in 0..<count {
                // Each number of the generator serves two draws.
                if draw % 2 == 0 { bits = generator.next() } else { bits >>= 32 }
                weights[Int(((bits & 0xFFFF_FFFF) &* range) >> 32)] += 1
            }
            var (right, total): (Int64, Int64) = (0, 0)
            for (pair, isRight) in zip(pairs, isCorrect) {
                let first = weights[Int(pair.x)]
                let weight = pair.x == pair.y ? first : first &* weights[Int(pair.y)]
                total &+= weight
                if isRight { right &+= weight }
            }
            // With a handful of people, no pair may be drawn at all.
            if total > 0 { accuracies.append(Double(right) / Double(total)) }
        }
        guard !accuracies.isEmpty else { return nil }
        accuracies.sort()
        func percentile(_ share: Double) -> Double {
            accuracies[min(max(Int((share * Double(accuracies.count)).rounded(.up)) - 1, 0), accuracies.count - 1)]
        }
        (lower, upper) = (percentile(0.025), percentile(0.975))
        (self.resamples, self.people, self.seed) = (accuracies.count, count, seed)
    }
}
