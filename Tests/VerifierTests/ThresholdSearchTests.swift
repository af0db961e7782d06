import Testing

@testable import Verifier

/// The one-pass search compared with the double loop of its definition.
@Suite struct ThresholdSearchTests {
    /// Every candidate against every pair; returns the first of the best.
    private func plain(_ table: ScoreTable, _ rule: EvaluationProtocol, leavingOut fold: Int?) -> ThresholdSearch.Choice {
        let kept = table.scores.indices.filter { table.pairs.folds.ofPair[$0] != fold }
        var candidates: [Double] = []
        if rule.usesDistance {
            candidates = (0..<400).map { Double($0) * 0.01 }
        } else {
            let sorted = kept.map { table.scores[$0] }.sorted()
            candidates.append(Double(sorted[0] - 1e-6))
            for (one, next) in zip(sorted, sorted.dropFirst()) { candidates.append(Double((one + next) / 2)) }
            candidates.append(Double(sorted[sorted.count - 1] + 1e-6))
        }
        var best = ThresholdSearch.Choice(threshold: 0, correct: -1)
        for candidate in candidates {
            let correct = kept.count { rule.accepts(table.scores[$0], threshold: candidate) == table.pairs.pairs[$0].isSame }
            if correct > best.correct { best = .init(threshold: candidate, correct: correct) }
        }
        return best
    }

    @Test("One pass finds what the double loop finds", arguments: EvaluationProtocol.allCases, [3, 20, 1000, 1 << 23])
    func onePassFindsWhatTheDoubleLoopFinds(_ rule: EvaluationProtocol, _ steps: Int) throws {
        for seed in 0..<12 {
            let table = try InventedPeople.random(pairs: 40 + seed * 7, folds: 2 + seed % 4, seed: UInt64(seed), steps: steps)
            let search = ThresholdSearch(table, by: rule)
            #expect(search.best(leavingOut: nil) == plain(table, rule, leavingOut: nil))
            for fold in 0..<table.pairs.folds.count {
                #expect(search.best(leavingOut: fold) == plain(table, rule, leavingOut: fold), "seed \(seed), fold \(fold)")
            }
        }
    }

    @Test("A midpoint that rounds onto a neighbor is counted as it rounds")
    func neighborsWithNoFloatBetweenThemAreCountedAsTheMidpointRounds() throws {
        // The midpoint of two adjacent floats is one of them.
        let pairs = (0..<4).map { LFWPair("a\($0)", "b\($0)", isSame: $0 % 2 == 0) }
        let low: Float = 0.5
        let list = try PairList(pairs, folds: 2, file: "x")
        for scores in [[low.nextUp, low, low.nextUp, low], [low.nextUp.nextUp, low.nextUp, low.nextUp.nextUp, low.nextUp]] {
            let table = try ScoreTable(pairs: list, scores: scores)
            #expect(ThresholdSearch(table, by: .reference).best(leavingOut: nil) == plain(table, .reference, leavingOut: nil))
        }
    }

    @Test("A distance must be below the threshold, a score at least equal to it")
    func distanceIsStrictlyBelowAndScoreAtLeastTheThreshold() {
        #expect(EvaluationProtocol.reference.accepts(0.25, threshold: 0.25))
        #expect(!EvaluationProtocol.insightface.accepts(0.25, threshold: 1.5))
        #expect(EvaluationProtocol.facenet.accepts(0.25, threshold: 1.51))
        #expect(EvaluationProtocol.facenet.cosine(1.5) == 0.25)
        #expect(
            !EvaluationProtocol.facenetConcatenated.accepts(0.25, threshold: 3)
                && EvaluationProtocol.facenetConcatenated.accepts(0.25, threshold: 3.01))
        #expect(EvaluationProtocol.facenetConcatenated.cosine(3) == 0.25)
        #expect(
            !EvaluationProtocol.facenetArccos.accepts(0, threshold: 0.5) && EvaluationProtocol.facenetArccos.accepts(0, threshold: 0.51))
        #expect(EvaluationProtocol.facenetArccos.accepts(1.0005, threshold: 0.01))
        #expect(abs(EvaluationProtocol.facenetArccos.cosine(0.25) - 0.5.squareRoot()) < 1e-15)
        #expect(EvaluationProtocol.facenetArccos.cosine(3) == -1)
    }
}
