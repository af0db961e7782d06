import ConvertJSON
import Testing

@testable import Verifier

/// VAL at a false accept rate compared with NumPy's, and at its edges.
@Suite struct ValidationRateTests {
    @Test("VAL, its deviation, its FAR and its thresholds are NumPy's", arguments: ["0.001", "0.1", "0.25"])
    func figuresAreNumPys(_ target: String) throws {
        let expected = try #require(InventedPeople.expected["val_at_far"]?.object?[target]?.object)
        let limit = try #require(Double(target))
        let rate = try self.rate(try InventedPeople.table(), target: limit)
        let thresholds = try #require(expected["thresholds"]?.array).compactMap(\.double)
        #expect(thresholds.count == rate.thresholds.count && rate.thresholds.allSatisfy { $0 > 0 })
        for (found, wanted) in zip(rate.thresholds, thresholds) { #expect(abs(found - wanted) < 1e-12) }
        for (name, found) in [("mean", rate.rate), ("std", rate.standardDeviation), ("far", rate.falseAcceptRate)] {
            let wanted = try #require(expected[name]?.double)
            #expect(abs(found - wanted) < 1e-15, "\(name)")
        }
    }

    @Test("Concatenated vectors have distances twice as large") func concatenatedVectors() throws {
        let expected = try #require(InventedPeople.expected["concatenated_val_at_far"]?.object?["0.1"]?.object)
        let rate = try #require(ValidationRate([try InventedPeople.table()], by: .facenetConcatenated, target: 0.1))
        let thresholds = try #require(expected["thresholds"]?.array).compactMap(\.double)
        #expect(thresholds.count == rate.thresholds.count && rate.thresholds.allSatisfy { $0 > 0 })
        for (found, wanted) in zip(rate.thresholds, thresholds) { #expect(abs(found - wanted) < 1e-12) }
        #expect(abs(rate.rate - (expected["mean"]?.double ?? -1)) < 1e-15)
        #expect(abs(rate.falseAcceptRate - (expected["far"]?.double ?? -1)) < 1e-15)
    }

    private func rate(_ table: ScoreTable, target: Double = ValidationRate.usualTarget) throws -> ValidationRate {
        try #require(ValidationRate([table], by: .facenet, target: target))
    }

    private func table(same: [Float], different: [Float], folds: Int = 2) throws -> ScoreTable {
        let pairs = same.map { _ in LFWPair("a", "b", isSame: true) } + different.map { _ in LFWPair("a", "c", isSame: false) }
        return try ScoreTable(pairs: try PairList(pairs, folds: folds, file: "x"), scores: same + different)
    }

    @Test("Nothing is accepted if no threshold reaches the target") func nothingIsAcceptedIfNoThresholdReachesTheTarget() throws {
        // Opposite vectors are at distance 4, beyond the last threshold, 3.999.
        let rate = try self.rate(try table(same: [0.9, 0.9], different: [-1, -1]))
        #expect(rate.thresholds == [0, 0] && rate.rate == 0 && rate.falseAcceptRate == 0)
    }

    @Test("The threshold is interpolated between the last two rates around the target")
    func theThresholdIsInterpolated() throws {
        // On either fold's rest the one distance is 1: accepted from 1.001 on, a thousandth of the way after 1.
        let rate = try self.rate(try table(same: [0.6, 0.4], different: [0.5, 0.5]))
        for threshold in rate.thresholds { #expect(abs(threshold - 1.000001) < 1e-12) }
        #expect(rate.rate == 0.5 && rate.standardDeviation == 0.5 && rate.falseAcceptRate == 1)
    }

    @Test("A target that is met exactly takes the last threshold that meets it") func aTargetMetExactlyTakesTheLastThreshold() throws {
        let rate = try self.rate(try table(same: [0.6, 0.6], different: [0.9, 0.5, 0.9, 0.5]), target: 0.5)
        #expect(rate.thresholds == [1, 1])
    }

    @Test("A fold without pairs of one kind leaves VAL undefined") func aFoldWithoutPairsOfOneKindLeavesItUndefined() throws {
        let pairs = [true, true, false, false].enumerated().map { LFWPair("a\($0.offset)", "b\($0.offset)", isSame: $0.element) }
        let list = try PairList(pairs, folds: 2, file: "x").dropping(images: ["a0"], file: "x")
        let table = try ScoreTable(pairs: list, scores: [0.9, 0.1, 0.2])
        #expect(LFWEvaluation(table).validation == nil)
    }
}
