import ConvertFiles

/// Compares two sets of scores over the same pairs, each decided at the thresholds of its own folds.
package struct ModelAgreement: Sendable, Equatable {
    /// A pair that one set accepts and the other rejects.
    package struct Flip: Sendable, Equatable {
        /// The pair's index in the list, from 0.
        package let index: Int
        /// Its score in the first set.
        package let score: Float
        /// Its score in the second.
        package let otherScore: Float
        /// Whether the first set accepts it.
        package let isAccepted: Bool
    }

    /// Pairs on which the decisions differ, in list order.
    package let flips: [Flip]
    /// Largest absolute difference between two scores of a pair.
    package let largestDrift: Double
    /// Index of that pair, from 0.
    package let largestDriftIndex: Int
    /// Mean absolute difference.
    package let meanDrift: Double
    /// Pairs whose scores differ at all.
    package let changedScores: Int
    /// Whether the two differ in how many pairs they decide correctly.
    package let mcNemar: McNemarTest
    /// How many more the first set decides correctly.
    package let difference: PairedDifference

    /// Compares two evaluations.
    /// - Parameter name: The second set's name, for messages.
    /// - Throws: `LFWError.differentPairs` if pairs, labels or their order differ.
    package init(_ first: LFWEvaluation, _ second: LFWEvaluation, name: String) throws(LFWError) {
        try ModelAgreement.check(first.table.pairs.pairs, second.table.pairs.pairs, name: name)
        let (scores, others) = (first.table.scores, second.table.scores)
        var (flips, largest, largestIndex, sum, changed): ([Flip], Double, Int, Double, Int) = ([], 0, 0, 0, 0)
        var (onlyFirst, onlySecond) = (0, 0)
        for index in scores.indices {
            let drift = (Double(scores[index]) - Double(others[index])).magnitude
            sum += drift
            if drift > 0 { changed += 1 }
            if drift > largest { (largest, largestIndex) = (drift, index) }
            if first.accepted[index] != second.accepted[index] {
                flips.append(
                    Flip(index: index, score: scores[index], otherScore: others[index], isAccepted: first.accepted[index]))
                if first.isCorrect(index) { onlyFirst += 1 } else { onlySecond += 1 }
            }
        }
        self.flips = flips
        (largestDrift, largestDriftIndex, changedScores) = (largest, largestIndex, changed)
        meanDrift = sum / Double(max(scores.count, 1))
        mcNemar = McNemarTest(onlyFirst: onlyFirst, onlySecond: onlySecond)
        difference = PairedDifference(onlyFirst: onlyFirst, onlySecond: onlySecond, of: scores.count)
    }

    static func check(_ first: [LFWPair], _ second: [LFWPair], name: String) throws(LFWError) {
        guard first.count == second.count else {
            throw .differentPairs(file: name, reason: "\(second.count) pairs, not \(first.count)")
        }
        if let index = first.indices.first(where: { first[$0] != second[$0] }) {
            throw .differentPairs(file: name, reason: "pair \(index + 1) is \(second[index].imageA), \(second[index].imageB)")
        }
    }
}
