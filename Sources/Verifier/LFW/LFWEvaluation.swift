/// All figures that pairs and their scores give.
package struct LFWEvaluation: Sendable, Equatable {
    /// One fold, decided with the threshold that is best on all other folds.
    package struct Fold: Sendable, Equatable {
        /// Its number, from 1.
        package let number: Int
        /// The threshold, in the protocol's unit.
        package let threshold: Double
        /// Its decisions.
        package let confusion: Confusion
    }

    /// The threshold that is best on the very pairs it is measured on; optimistic by construction.
    package struct GlobalBest: Sendable, Equatable {
        /// The threshold, in the protocol's unit.
        package let threshold: Double
        /// Share of correct decisions.
        package let accuracy: Double
    }

    /// Pairs and scores.
    package let table: ScoreTable
    /// The rule by which thresholds were chosen.
    package let protocolRule: EvaluationProtocol
    /// All folds.
    package let folds: [Fold]
    /// For each pair, whether it is accepted as the same person at its fold's threshold.
    package let accepted: [Bool]
    /// For each pair, its score minus its fold's threshold, as cosines.
    package let margins: [Double]
    /// Mean and spread over folds.
    package let spread: AccuracySpread
    /// The optimistic figure.
    package let globalBest: GlobalBest
    /// The exact curve over all pairs.
    package let curve: ROCCurve
    /// True accepts at interpolated thresholds; nil if a fold lacks pairs of one kind.
    package let validation: ValidationRate?
    /// The threshold for a false match rate; nil if none is wanted.
    package let matchThreshold: MatchThreshold?
    /// An interval from resampling pairs.
    package let bootstrap: BootstrapInterval
    /// An interval from resampling people; nil if paths do not say who pictures show.
    package let people: PeopleBootstrap?
    /// Pairs close to their threshold.
    package let noise: NoiseBudget

    /// False accept rates for which true accept rates are reported.
    package static let falseAcceptLimits = [1e-1, 1e-2, 1e-3]
    /// The bootstrap's default seed.
    package static let defaultSeed: UInt64 = 20_240_601

    /// Computes all figures; some hundredths of a second for 6,000 pairs.
    /// - Parameter falseMatchRate: The rate to find a threshold for, between 0 and 1; nil for none.
    package init(
        _ table: ScoreTable, by protocolRule: EvaluationProtocol = .reference, seed: UInt64 = defaultSeed, falseMatchRate: Double? = nil
    ) {
        self.init(table, foldTables: [table], by: protocolRule, seed: seed, falseMatchRate: falseMatchRate)
    }

    /// Computes all figures of pairs whose scores depend on the fold that is held out. The figures of all pairs together come from the
    /// scores that each pair has while its own fold is held out.
    /// - Parameter foldTables: For each fold, the scores of all pairs while it is held out; at least one.
    /// - Throws: `LFWError.scoreCount` if there is not one table for each fold.
    package init(
        foldTables: [ScoreTable], by protocolRule: EvaluationProtocol, seed: UInt64 = defaultSeed, falseMatchRate: Double? = nil
    ) throws(LFWError) {
        guard let first = foldTables.first, foldTables.count == first.pairs.folds.count else {
            throw .scoreCount(expected: foldTables.first?.pairs.folds.count ?? 1, found: foldTables.count)
        }
        let scores = first.pairs.folds.ofPair.enumerated().map { foldTables[$0.element].scores[$0.offset] }
        self.init(
            try ScoreTable(pairs: first.pairs, scores: scores), foldTables: foldTables, by: protocolRule, seed: seed,
            falseMatchRate: falseMatchRate)
    }

    private init(
        _ table: ScoreTable, foldTables: [ScoreTable], by protocolRule: EvaluationProtocol, seed: UInt64, falseMatchRate: Double?
    ) {
        let search = ThresholdSearch(table, by: protocolRule)
        let assignment = table.pairs.folds
        let thresholds = (0..<assignment.count).map { fold in
            let own = foldTables.count == 1 ? search : ThresholdSearch(foldTables[fold], by: protocolRule)
            return own.best(leavingOut: fold).threshold
        }
        var confusions = [Confusion](repeating: Confusion(), count: assignment.count)
        var (accepted, margins): ([Bool], [Double]) = ([], [])
        for (index, pair) in table.pairs.pairs.enumerated() {
            let fold = assignment.ofPair[index]
            let isAccepted = protocolRule.accepts(table.scores[index], threshold: thresholds[fold])
            confusions[fold].count(isSame: pair.isSame, isAccepted: isAccepted)
            accepted.append(isAccepted)
            margins.append(Double(table.scores[index]) - protocolRule.cosine(thresholds[fold]))
        }
        self.table = table
        self.protocolRule = protocolRule
        self.accepted = accepted
        self.margins = margins
        folds = confusions.indices.map { Fold(number: $0 + 1, threshold: thresholds[$0], confusion: confusions[$0]) }
        spread = AccuracySpread(confusions.map(\.accuracy))
        let best = search.best(leavingOut: nil)
        globalBest = GlobalBest(threshold: best.threshold, accuracy: Double(best.correct) / Double(max(table.scores.count, 1)))
        let curve = ROCCurve(table)
        self.curve = curve
        matchThreshold = falseMatchRate.map { MatchThreshold(curve, wanted: $0) }
        validation = ValidationRate(foldTables, by: protocolRule)
        let total = confusions.reduce(Confusion(), +)
        bootstrap = BootstrapInterval(correct: total.correct, total: total.total, seed: seed)
        let isCorrect = zip(accepted, table.pairs.pairs).map { $0 == $1.isSame }
        people = PairPeople(table.pairs).flatMap { PeopleBootstrap($0, isCorrect: isCorrect, seed: seed) }
        noise = NoiseBudget(margins: margins)
    }

    /// The decisions of all folds together.
    package var confusion: Confusion { folds.map(\.confusion).reduce(Confusion(), +) }

    /// Whether this is an LFW figure: from its 6,000 pairs in its ten folds.
    package var isLFW: Bool { table.pairs.folds.isLFW }

    /// Whether a pair is decided correctly.
    package func isCorrect(_ index: Int) -> Bool { accepted[index] == table.pairs.pairs[index].isSame }

    /// Incorrectly decided pairs, the farthest from their threshold first.
    /// - Parameter isSame: True for rejected pairs of one person, false for accepted pairs of two.
    package func worst(isSame: Bool, limit: Int) -> [Int] {
        let wrong = accepted.indices.filter { table.pairs.pairs[$0].isSame == isSame && !isCorrect($0) }
        return Array(wrong.sorted { (margins[$1].magnitude, $0) < (margins[$0].magnitude, $1) }.prefix(max(limit, 0)))
    }
}
