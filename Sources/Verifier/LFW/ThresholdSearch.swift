/// Finds the best threshold on a set of pairs by each protocol's rule. Scores are sorted once; each search is then a single pass.
struct ThresholdSearch {
    /// A threshold in the protocol's unit, and how many pairs it decides correctly.
    struct Choice: Equatable {
        let threshold: Double
        let correct: Int
    }

    private struct Item {
        let score: Float
        let isSame: Bool
        let fold: Int
    }

    private let protocolRule: EvaluationProtocol
    /// In ascending order of score.
    private let items: [Item]

    /// - Parameter table: Pairs and their scores.
    init(_ table: ScoreTable, by protocolRule: EvaluationProtocol) {
        self.protocolRule = protocolRule
        let (pairs, folds) = (table.pairs.pairs, table.pairs.folds.ofPair)
        items = table.scores.indices.map { Item(score: table.scores[$0], isSame: pairs[$0].isSame, fold: folds[$0]) }
            .sorted { $0.score < $1.score }
    }

    /// The best threshold over all pairs except those of one fold; over all pairs if `fold` is nil.
    func best(leavingOut fold: Int?) -> Choice {
        let training = fold.map { left in items.filter { $0.fold != left } } ?? items
        return protocolRule.usesDistance ? onGrid(training) : ThresholdSearch.atMidpoints(training)
    }

    /// Tries the float32 midpoints of neighbors, and one step of 1e-6 outside both ends, ascending; returns the first of the best.
    private static func atMidpoints(_ items: [Item]) -> Choice {
        guard let lowest = items.first, let highest = items.last else { return Choice(threshold: 0, correct: 0) }
        var (accepted, rejectedRightly, place) = (items.count { $0.isSame }, 0, 0)
        var best = Choice(threshold: Double(lowest.score), correct: -1)
        func consider(_ candidate: Float) {
            // A midpoint may round onto one of its neighbors, so the scores below it are counted again.
            while place < items.count, items[place].score < candidate {
                if items[place].isSame { accepted -= 1 } else { rejectedRightly += 1 }
                place += 1
            }
            if accepted + rejectedRightly > best.correct {
                best = Choice(threshold: Double(candidate), correct: accepted + rejectedRightly)
            }
        }
        consider(lowest.score - 1e-6)
        for index in items.indices.dropFirst() { consider((items[index - 1].score + items[index].score) / 2) }
        consider(highest.score + 1e-6)
        return best
    }

    /// Number and distance of the grid's thresholds, numpy's `arange(0, 4, 0.01)`.
    private static let gridCount = 400
    private static let gridStep = 0.01

    /// Tries distances 0, 0.01 … 3.99, ascending; same person if distance < threshold. Returns the first of the best.
    private func onGrid(_ items: [Item]) -> Choice {
        var (acceptedRightly, rejectedRightly, place) = (0, items.count { !$0.isSame }, items.count)
        var best = Choice(threshold: 0, correct: -1)
        for step in 0..<ThresholdSearch.gridCount {
            let threshold = Double(step) * ThresholdSearch.gridStep
            // The largest score is the smallest distance.
            while place > 0, protocolRule.measure(items[place - 1].score) < threshold {
                place -= 1
                if items[place].isSame { acceptedRightly += 1 } else { rejectedRightly -= 1 }
            }
            let correct = acceptedRightly + rejectedRightly
            if correct > best.correct { best = Choice(threshold: threshold, correct: correct) }
        }
        return best
    }
}
