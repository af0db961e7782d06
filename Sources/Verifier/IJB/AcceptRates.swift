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

    /// The false accept rates of the field's tables.
    package static let targets = [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1]

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
        let allowed = targets.map { AcceptRates.allowed($0, of: different.count) }
        var cautious = targets.map { _ in Step(falseAccepts: 0, trueAccepts: 0, score: .infinity) }
        var step = Step(falseAccepts: 0, trueAccepts: 0, score: .infinity)
        var (wins, equalErrorRate): (Int, Double?) = (0, nil)
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
            if equalErrorRate == nil { equalErrorRate = AcceptRates.crossing(before, step, same.count, different.count) }
            nearest.take(step)
        }
        nearest.finish()
        doubledWins = wins
        self.equalErrorRate = equalErrorRate ?? 0
        points = targets.indices.map { index in
            Point(target: targets[index], cautious: cautious[index], nearest: nearest.best[index], isSupported: allowed[index] >= 10)
        }
    }

    /// How many false accepts a rate allows; a product that rounding put below a whole number counts as that number.
    private static func allowed(_ target: Double, of count: Int) -> Int {
        Int((min(max(target, 0), 1) * Double(count) * (1 + 1e-12)).rounded(.down))
    }

    /// The false accept rate at which 1 − x − tpr(x) is zero between two steps; nil if it is not.
    private static func crossing(_ before: Step, _ step: Step, _ same: Int, _ different: Int) -> Double? {
        func rates(_ step: Step) -> (far: Double, gap: Double) {
            let far = Double(step.falseAccepts) / Double(different)
            return (far, far - (1 - Double(step.trueAccepts) / Double(same)))
        }
        let (first, second) = (rates(before), rates(step))
        guard second.gap >= 0 else { return nil }
        return second.gap > first.gap ? first.far + (second.far - first.far) * (-first.gap / (second.gap - first.gap)) : second.far
    }
}
