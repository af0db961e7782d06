import Glibc
import Testing

@testable import Verifier

/// Means, spreads, intervals and p-values.
@Suite struct StatisticsTests {
    @Test("Mean and deviation are NumPy's to the last bit") func meanAndDeviationAreNumPysToTheLastBit() throws {
        for row in try #require(InventedPeople.expected["pairwise_mean_std"]?.array).compactMap(\.array) {
            let count = try #require(row[0].integer)
            let spread = AccuracySpread((0..<count).map { sin(Double($0)) / 3 })
            let (mean, deviation) = (try #require(row[1].double), try #require(row[2].double))
            #expect(abs(spread.mean - mean) < 1e-16 && abs(spread.standardDeviation - deviation) < 1e-15, "\(count)")
        }
        // The published folds.
        let correct = [567, 560, 566, 565, 567, 572, 565, 570, 575, 576]
        let spread = AccuracySpread(correct.map { Double($0) / 600 })
        #expect(spread.mean == 0.9471666666666667 && spread.standardDeviation == 0.00781913607049327)
        #expect(abs(spread.standardError - 0.00781913607049327 / 3) < 1e-16)
    }

    @Test("McNemar's p is the binomial test's") func mcNemarsPIsTheBinomialTests() throws {
        for member in try #require(InventedPeople.expected["mcnemar"]?.object?.members) {
            let counts = member.key.split(separator: ",").compactMap { Int($0) }
            let found = McNemarTest(onlyFirst: counts[0], onlySecond: counts[1]).pValue
            let expected = try #require(member.value.double)
            #expect(abs(found - expected) < 1e-9, "\(member.key)")
        }
    }

    @Test("The interval is reproducible from its seed and as wide as the binomial's")
    func theIntervalIsTheSameForTheSameSeedAndAsWideAsTheBinomialsIs() {
        let interval = BootstrapInterval(correct: 5683, total: 6000, seed: 1)
        #expect(interval == BootstrapInterval(correct: 5683, total: 6000, seed: 1))
        let (mean, deviation) = (5683.0 / 6000, (5683.0 / 6000 * 317 / 6000 / 6000).squareRoot())
        #expect(abs(interval.lower - (mean - 1.96 * deviation)) < deviation / 4)
        #expect(abs(interval.upper - (mean + 1.96 * deviation)) < deviation / 4)
        for seed in 0..<20 {
            let other = BootstrapInterval(correct: 31, total: 41, seed: UInt64(seed))
            #expect(other.lower < 31.0 / 41 && other.upper > 31.0 / 41)
        }
    }

    @Test("The interval of certainty is a point") func theIntervalOfCertaintyIsAPoint() {
        for (correct, total) in [(0, 10), (7, 7)] {
            let interval = BootstrapInterval(correct: correct, total: total, seed: 3)
            #expect(interval.lower == Double(correct) / Double(total) && interval.upper == interval.lower)
        }
        #expect(BootstrapInterval(correct: 0, total: 0, seed: 3).resamples == 0)
        #expect(BootstrapInterval(correct: 900_000, total: 1_000_000, seed: 3).resamples == 200)
    }

    @Test("The generator is SplitMix64") func theGeneratorIsSplitMix64() {
        var generator = SeededGenerator(seed: 1_234_567)
        #expect((0..<3).map { _ in generator.next() } == [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423])
    }
}
