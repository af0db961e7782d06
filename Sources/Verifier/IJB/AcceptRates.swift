/// Accept rates of millions of pairs, over all thresholds: exact, in memory for the scores alone.
package struct AcceptRates: Sendable {
    /// The true accept rate at one false accept rate, by two rules.
    package struct Point: Sendable, Equatable {
        /// The false accept rate that is asked for.
        package let target: Double
        /// At the lowest threshold whose false accept rate is at most the target.
        package let cautious: Step
        /// At the point of scikit-learn's `roc_curve` whose false accept rate is nearest to the target; of several, the one with the highest.
        /// This is the rule of insightface's `eval_ijbc.py`, and that of the field's tables.
        package let nearest: Step
        /// Whether the pairs allow at least ten false accepts at the target: with fewer, the figure says little.
        package let isSupported: Bool
    }

    /// The counts at one threshold: pairs that score at least `score` are accepted.
    package struct Step: Sendable, Equatable {
        /// Accepted pairs of different people.
        package var falseAccepts: Int
        /// Accepted pairs of one person.
        package var trueAccepts: Int
        /// The threshold; infinite if nothing is accepted.
        package var score: Double
    }

    /// The false accept rates of the field's tables, lowest first.
    package static let targets = Array(ErrorRates.decades.reversed())

    /// Pairs of one person.
    package let sameCount: Int
    /// Pairs of different people.
    package let differentCount: Int
    /// Rates at `targets`.
    package let points: [Point]
    /// Wins of a pair of one person over a pair of different people, ties as one half, counted twice.
    package let doubledWins: Int
    /// The rate at which false accepts and false rejects are equally frequent, on the curve with its points joined by straight lines.
    package let equalErrorRate: Double

    /// The area under the ROC curve; ties count half.
    package var area: Double { Double(doubledWins) / 2 / (Double(sameCount) * Double(differentCount)) }

    /// Counts over all thresholds. Both kinds of pairs have to be there.
    package init(_ scores: TemplatePairScores, targets: [Double] = AcceptRates.targets) {
        let (same, different) = (scores.same.sorted(by: >), scores.different.sorted(by: >))
        (sameCount, differentCount) = (same.count, different.count)
        var nearest = NearestPoints(sameCount: same.count, differentCount: different.count, targets: targets)
        let allowed = targets.map { ErrorRates.allowedFalseMatches($0, of: different.count) }
        var cautious = targets.map { _ in Step(falseAccepts: 0, trueAccepts: 0, score: .infinity) }
        var step = Step(falseAccepts: 0, trueAccepts: 0, score: .infinity)
        var (wins, equalErrorRate): (Int, Double?) = (0, nil)
        func rates(_ step: Step) -> ErrorRates.Crossing.Rates {
            (Double(step.falseAccepts) / Double(different.count), Double(step.trueAccepts) / Double(same.count))
        }
        while step.trueAccepts < same.count || step.falseAccepts < different.count {
            let before = step
            let highest = max(
                step.trueAccepts < same.count ? same[step.trueAccepts] : -.infinity,
                step.falseAccepts < different.count ? different[step.falseAccepts] : -.infinity)
            step.score = highest
            while step.trueAccepts < same.count, same[step.trueAccepts] == highest { step.trueAccepts += 1 }
            while step.falseAccepts < different.count, different[step.falseAccepts] == highest { step.falseAccepts += 1 }
            // Pairs of one person that scored higher win twice, and those that scored the same once.
            wins += (step.falseAccepts - before.falseAccepts) * (before.trueAccepts + step.trueAccepts)
            for index in targets.indices where step.falseAccepts <= allowed[index] { cautious[index] = step }
            if equalErrorRate == nil { equalErrorRate = ErrorRates.Crossing.rate(between: rates(before), and: rates(step)) }
            nearest.take(step)
        }
        nearest.finish()
        doubledWins = wins
        self.equalErrorRate = equalErrorRate ?? 0
        points = targets.indices.map { index in
            Point(
                target: targets[index], cautious: cautious[index], nearest: nearest.best[index],
                isSupported: allowed[index] >= ErrorRates.fewestFalseMatches)
        }
    }
}
