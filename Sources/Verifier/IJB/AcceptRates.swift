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
        var count = Count(sameCount: same.count, differentCount: different.count, targets: targets)
        var (one, other) = (0, 0)
        while one < same.count || other < different.count {
            let before = (one, other)
            let highest = max(one < same.count ? same[one] : -.infinity, other < different.count ? different[other] : -.infinity)
            while one < same.count, same[one] == highest { one += 1 }
            while other < different.count, different[other] == highest { other += 1 }
            count.take(score: highest, same: one - before.0, different: other - before.1)
        }
        self = count.rates()
    }

    /// Counts over all thresholds of merged runs, in memory for the counts alone.
    /// - Parameter runs: gives a new pass over all runs; two are made.
    /// - Throws: `LFWError.oneClass` if one kind of pairs is missing.
    package init(file: String, targets: [Double] = AcceptRates.targets, runs: () throws -> MergedRuns) throws {
        var (first, same, different) = (try runs(), 0, 0)
        while let entry = try first.next() {
            same += entry.same
            different += entry.different
        }
        let (couples, overflows) = same.multipliedReportingOverflow(by: different)
        guard !overflows, couples <= Int.max / 2 else { throw LFWError.tooManyPairs(file: file) }
        guard same > 0, different > 0 else { throw LFWError.oneClass(file: file, isSame: different == 0) }
        var (second, count) = (try runs(), Count(sameCount: same, differentCount: different, targets: targets))
        while let entry = try second.next() { count.take(score: Double(entry.score), same: entry.same, different: entry.different) }
        self = count.rates()
    }

    /// Counts step by step, from the highest score down.
    struct Count {
        private let sameCount, differentCount: Int
        private let targets: [Double]
        private let allowed: [Int]
        private var nearest: NearestPoints
        private var cautious: [Step]
        private var step = Step(falseAccepts: 0, trueAccepts: 0, score: .infinity)
        private var doubledWins = 0
        private var equalErrorRate: Double?

        init(sameCount: Int, differentCount: Int, targets: [Double]) {
            (self.sameCount, self.differentCount, self.targets) = (sameCount, differentCount, targets)
            nearest = NearestPoints(sameCount: sameCount, differentCount: differentCount, targets: targets)
            allowed = targets.map { ErrorRates.allowedFalseMatches($0, of: differentCount) }
            cautious = targets.map { _ in Step(falseAccepts: 0, trueAccepts: 0, score: .infinity) }
        }

        /// So many pairs have the next lower score.
        mutating func take(score: Double, same: Int, different: Int) {
            let before = step
            step = Step(falseAccepts: step.falseAccepts + different, trueAccepts: step.trueAccepts + same, score: score)
            // Pairs of one person that scored higher win twice, and those that scored the same once.
            doubledWins += different * (before.trueAccepts + step.trueAccepts)
            for index in targets.indices where step.falseAccepts <= allowed[index] { cautious[index] = step }
            if equalErrorRate == nil { equalErrorRate = ErrorRates.Crossing.rate(between: rates(before), and: rates(step)) }
            nearest.take(step)
        }

        private func rates(_ step: Step) -> ErrorRates.Crossing.Rates {
            (Double(step.falseAccepts) / Double(differentCount), Double(step.trueAccepts) / Double(sameCount))
        }

        /// After the last score.
        func rates() -> AcceptRates {
            var nearest = nearest
            nearest.finish()
            let points = targets.indices.map { index in
                Point(
                    target: targets[index], cautious: cautious[index], nearest: nearest.best[index],
                    isSupported: allowed[index] >= ErrorRates.fewestFalseMatches)
            }
            return AcceptRates(
                sameCount: sameCount, differentCount: differentCount, points: points, doubledWins: doubledWins,
                equalErrorRate: equalErrorRate ?? 0)
        }
    }

    private init(sameCount: Int, differentCount: Int, points: [Point], doubledWins: Int, equalErrorRate: Double) {
        (self.sameCount, self.differentCount, self.points) = (sameCount, differentCount, points)
        (self.doubledWins, self.equalErrorRate) = (doubledWins, equalErrorRate)
    }
}
