/// Several models on the same pairs, the most accurate first.
package struct Leaderboard: Sendable {
    /// One model.
    package struct Entry: Sendable {
        /// What it is called: the file's base name, or its path if several have the same.
        package let name: String
        /// Its family, such as `ir_resnet18`.
        package let network: String
        /// Size of its file, or of all its files.
        package let byteCount: Int
        /// Numbers that training adjusted.
        package let parameterCount: Int
        /// Every figure.
        package let evaluation: LFWEvaluation
        /// Whether the figures are as expected.
        package let judgment: Judgment
        /// How fast it was; nil if that is not known.
        package let speed: EvaluationSpeed?
        /// The folder of its own report below the leaderboard's; nil for none.
        package let folder: String?

        /// Creates an entry.
        package init(
            name: String, network: String, byteCount: Int, parameterCount: Int, evaluation: LFWEvaluation, judgment: Judgment,
            speed: EvaluationSpeed?, folder: String?
        ) {
            (self.name, self.network, self.byteCount, self.parameterCount) = (name, network, byteCount, parameterCount)
            (self.evaluation, self.judgment, self.speed, self.folder) = (evaluation, judgment, speed, folder)
        }
    }

    /// A model without figures, and why.
    package struct Failure: Sendable, Equatable {
        /// What it is called.
        package let name: String
        /// Why.
        package let reason: String

        /// Creates a failure.
        package init(name: String, reason: String) { (self.name, self.reason) = (name, reason) }
    }

    /// By accuracy, then AUC, then name.
    package let entries: [Entry]
    /// Models without figures, in the order in which they were given.
    package let failures: [Failure]
    /// For each entry, the pairs that it alone decides wrongly, and all others rightly; nil for fewer than two models, or if their pairs differ
    /// because each had to leave out others.
    package let wrongAlone: [[Int]]?
    /// For each entry, how it differs from the first; nil for the first, and if pairs differ.
    package let againstFirst: [ModelAgreement?]
    /// Whether files say how fast models were; they differ from run to run then.
    package let showsSpeed: Bool

    /// Orders entries and compares them.
    package init(_ entries: [Entry], failures: [Failure] = [], showsSpeed: Bool = false) {
        let sorted = entries.sorted { first, second in
            let (one, two) = (first.evaluation, second.evaluation)
            if one.spread.mean != two.spread.mean { return one.spread.mean > two.spread.mean }
            if one.curve.area != two.curve.area { return one.curve.area > two.curve.area }
            return first.name.utf8.lexicographicallyPrecedes(second.name.utf8)
        }
        (self.failures, self.showsSpeed) = (failures, showsSpeed)
        self.entries = sorted
        let all = sorted.map(\.evaluation)
        let areShared = all.dropFirst().allSatisfy { $0.table.pairs.pairs == all[0].table.pairs.pairs }
        againstFirst = all.enumerated().map { place, evaluation in
            place == 0 ? nil : try? ModelAgreement(evaluation, all[0], name: sorted[0].name)
        }
        guard all.count > 1, areShared else {
            wrongAlone = nil
            return
        }
        var found = [[Int]](repeating: [], count: all.count)
        for pair in all[0].accepted.indices {
            var wrong: Int?
            var isAlone = true
            for (model, evaluation) in all.enumerated() where !evaluation.isCorrect(pair) {
                if wrong != nil { isAlone = false }
                wrong = model
            }
            if let wrong, isAlone { found[wrong].append(pair) }
        }
        wrongAlone = found
    }

    /// For each entry, how many are more accurate, and one: equally accurate ones share a rank.
    package var ranks: [Int] {
        let accuracies = entries.map(\.evaluation.spread.mean)
        return accuracies.map { own in accuracies.count { $0 > own } + 1 }
    }

    /// Figures that all entries have.
    package var figures: [ComparedFigure] { entries.first.map { ComparedFigure.all(for: $0.evaluation) } ?? [] }

    /// Whether every model was evaluated and is as expected.
    package var isMet: Bool { entries.allSatisfy(\.judgment.isMet) }
}
