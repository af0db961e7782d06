import Testing

@testable import Verifier

/// The exact curve compared with couples counted one by one.
@Suite struct ROCCurveTests {
    @Test("The area is the share of ordered couples, with ties counting half") func areaIsTheShareOfCouplesInOrderTiesHalf() throws {
        for seed in 0..<10 {
            let table = try InventedPeople.random(pairs: 90, folds: 2, seed: UInt64(seed), steps: seed % 2 == 0 ? 7 : 5000)
            let pairs = table.pairs.pairs
            var doubledWins = 0
            for one in pairs.indices where pairs[one].isSame {
                for other in pairs.indices where !pairs[other].isSame {
                    doubledWins += table.scores[one] > table.scores[other] ? 2 : table.scores[one] == table.scores[other] ? 1 : 0
                }
            }
            let curve = ROCCurve(table)
            #expect(curve.doubledWins == doubledWins)
            #expect(curve.area == Double(doubledWins) / Double(2 * curve.sameCount * curve.differentCount))
        }
    }

    @Test("The omitted points lie on straight lines") func theLeftOutPointsLieOnStraightLines() throws {
        for seed in 0..<10 {
            let curve = ROCCurve(try InventedPeople.random(pairs: 200, folds: 2, seed: UInt64(seed), steps: 30))
            // Twice the area below the joined points, in whole numbers.
            func area(_ points: [ROCCurve.Point]) -> Int {
                zip(points, points.dropFirst()).reduce(0) {
                    $0 + ($1.1.falseAccepts - $1.0.falseAccepts) * ($1.1.trueAccepts + $1.0.trueAccepts)
                }
            }
            #expect(area(curve.corners) == area(curve.points) && area(curve.points) == curve.doubledWins)
            #expect(curve.corners.first == curve.points.first && curve.corners.last == curve.points.last)
            #expect(curve.corners.count < curve.points.count)
        }
    }

    @Test("Area, equal error rate and true accept rates are scikit-learn's") func areaEqualErrorsAndTrueAcceptsAreScikitLearns() throws {
        let curve = ROCCurve(try InventedPeople.table())
        let expected = InventedPeople.expected
        let (area, equalErrors) = (try #require(expected["auc"]?.double), try #require(expected["eer"]?.double))
        #expect(abs(curve.area - area) < 1e-14 && abs(curve.equalErrorRate - equalErrors) < 1e-12)
        let rates = LFWEvaluation.falseAcceptLimits.map { curve.operatingPoint(falseAcceptLimit: $0).trueAcceptRate }
        #expect(rates == expected["tar"]?.array?.compactMap(\.double))
    }

    private func curve(same: [Float], different: [Float]) throws -> ROCCurve {
        let pairs = same.map { _ in LFWPair("a", "b", isSame: true) } + different.map { _ in LFWPair("a", "c", isSame: false) }
        return ROCCurve(try ScoreTable(pairs: try PairList(pairs, folds: 2, file: "x"), scores: same + different))
    }

    @Test("Perfect, reversed and constant scores give the known extremes") func perfectReversedAndConstantScoresAreTheKnownExtremes() throws
    {
        let perfect = try curve(same: [0.9, 0.8], different: [0.1, 0.2])
        #expect(perfect.area == 1 && perfect.equalErrorRate == 0)
        #expect(perfect.operatingPoint(falseAcceptLimit: 1e-3).trueAcceptRate == 1)
        let reversed = try curve(same: [0.1, 0.2], different: [0.9, 0.8])
        #expect(reversed.area == 0 && reversed.equalErrorRate == 1)
        #expect(reversed.operatingPoint(falseAcceptLimit: 1e-1).trueAcceptRate == 0)
        let constant = try curve(same: [0.5, 0.5], different: [0.5, 0.5])
        #expect(constant.area == 0.5 && constant.equalErrorRate == 0.5)
        let point = constant.operatingPoint(falseAcceptLimit: 0.1)
        #expect(point.trueAcceptRate == 0 && point.falseAcceptRate == 0 && point.score == .infinity)
    }
}
