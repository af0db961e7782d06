import ConvertJSON
import Testing

@testable import Verifier

/// Rates of errors and their intervals compared with SciPy's, and at their edges.
@Suite struct ErrorRatesTests {
    @Test("Wilson's interval is SciPy's, and ends at 0 and 1") func wilsonsIntervalIsSciPys() throws {
        let rows = try #require(InventedPeople.expected["wilson"]?.array).compactMap(\.array)
        #expect(rows.count == 7)
        for row in rows {
            let (count, total) = (try #require(row[0].integer), try #require(row[1].integer))
            let found = ShareInterval(count, of: total)
            let ends = try #require(row[2].array).compactMap(\.double)
            #expect(abs(found.lower - ends[0]) < 1e-14 && abs(found.upper - ends[1]) < 1e-14, "\(count) of \(total)")
        }
        #expect(ShareInterval(0, of: 9).lower == 0 && ShareInterval(9, of: 9).upper == 1)
        #expect(ShareInterval(5683, of: 6000).text == "94.12 … 95.25" && ShareInterval(0, of: 6000).text == "0.0000 … 0.0640")
        #expect(ShareInterval(5, of: 8_000_000).text == "0.000027 … 0.000146")
        let nothing = ShareInterval(0, of: 0)
        #expect(nothing.lower == 0 && nothing.upper == 1)
    }

    @Test("The binomial's percentiles are SciPy's, for a handful of pairs and for millions") func binomialPercentilesAreSciPys() throws {
        let rows = try #require(InventedPeople.expected["binomial"]?.array).compactMap(\.array)
        #expect(rows.count == 40)
        for row in rows {
            let (probability, total) = (try #require(row[0].double), try #require(row[1].integer))
            let (share, expected) = (try #require(row[2].double), try #require(row[3].integer))
            #expect(MatchThreshold.binomialQuantile(probability, of: total, share: share) == expected, "\(row)")
        }
        #expect(MatchThreshold.binomialQuantile(0.5, of: 7, share: 0) == 0 && MatchThreshold.binomialQuantile(0.5, of: 7, share: 1) == 7)
    }

    @Test("A threshold, its interval and its errors are NumPy's", arguments: ["0.01", "0.1", "0.3", "0.9"])
    func aThresholdAndItsErrorsAreNumPys(_ wanted: String) throws {
        let expected = try #require(InventedPeople.expected["at_false_match_rate"]?.object?[wanted]?.object)
        let limit = try #require(Double(wanted))
        let found = MatchThreshold(ROCCurve(try InventedPeople.table()), wanted: limit)
        #expect(Double(found.rates.score) == expected["threshold"]?.double)
        #expect(Double(found.upper) == expected["upper"]?.double ?? .infinity)
        #expect(Double(found.lower) == expected["lower"]?.double ?? -.infinity)
        #expect(found.rates.falseMatches == expected["false_matches"]?.integer)
        #expect(found.rates.falseNonMatches == expected["false_non_matches"]?.integer)
        for (name, interval) in [("fmr_95", found.rates.falseMatchInterval), ("fnmr_95", found.rates.falseNonMatchInterval)] {
            let ends = try #require(expected[name]?.array).compactMap(\.double)
            #expect(abs(interval.lower - ends[0]) < 1e-14 && abs(interval.upper - ends[1]) < 1e-14)
        }
    }

    private func evaluation(differentPairs: Int) throws -> LFWEvaluation {
        let same = (0..<10).map { LFWPair("a\($0)", "b\($0)", isSame: true) }
        let different = (0..<differentPairs).map { LFWPair("c\($0)", "d\($0)", isSame: false) }
        let scores = [Float](repeating: 0.9, count: 10) + different.indices.map { Float($0) / Float(2 * differentPairs) }
        return LFWEvaluation(try ScoreTable(pairs: try PairList(same + different, folds: 2, file: "x"), scores: scores))
    }

    @Test("A decade is reported only if it allows ten false matches", arguments: [(99, 0), (100, 1), (1000, 2), (10_000, 3)])
    func aDecadeNeedsTenFalseMatches(_ differentPairs: Int, _ decades: Int) throws {
        let evaluation = try self.evaluation(differentPairs: differentPairs)
        #expect(evaluation.supportedErrorRates.map(\.limit) == Array(ErrorRates.decades.prefix(decades)))
        for rates in evaluation.supportedErrorRates { #expect(rates.falseMatches == rates.allowedFalseMatches) }
        let missing = ErrorRates.decades.dropFirst(decades).map { "\($0)" }.joined(separator: ", ")
        #expect(evaluation.unsupportedText?.hasPrefix("too few pairs at \(missing): ") == true)
    }

    @Test("A rate that no pair can show has a threshold above every score, and an interval that says so")
    func aRateBelowOnePairIsReportedAsUnsure() throws {
        let curve = try evaluation(differentPairs: 100).curve
        let threshold = MatchThreshold(curve, wanted: 1e-6)
        #expect(threshold.rates.falseMatches == 0 && threshold.rates.falseMatchInterval.upper > 0.03 && !threshold.rates.isSupported)
        #expect(threshold.upper == .infinity && threshold.lower == 99.0 / 200)
        #expect(threshold.text.hasSuffix("too few pairs to be sure of"))
    }
}
