/// The exact receiver operating characteristic of all pairs, regardless of folds: one step per distinct score.
package struct ROCCurve: Sendable, Equatable {
    /// What is accepted at or above a score.
    package struct Point: Sendable, Equatable {
        /// Accepted pairs of different people.
        package let falseAccepts: Int
        /// Accepted pairs of the same person.
        package let trueAccepts: Int
        /// The lowest accepted score; infinite if nothing is accepted.
        package let score: Float
    }

    /// All steps from nothing accepted to everything accepted.
    package let points: [Point]
    /// Pairs of the same person.
    package let sameCount: Int
    /// Pairs of different people.
    package let differentCount: Int
    /// Twice the number of (same, different) couples in which the same-person pair scores higher, with ties counted once: an exact integer.
    package let doubledWins: Int

    /// - Parameter table: A table with pairs of both kinds.
    package init(_ table: ScoreTable) {
        let pairs = table.pairs.pairs
        let items = table.scores.indices.map { (score: table.scores[$0], isSame: pairs[$0].isSame) }.sorted { $0.score > $1.score }
        var points = [Point(falseAccepts: 0, trueAccepts: 0, score: .infinity)]
        var (falseAccepts, trueAccepts, doubledWins, index) = (0, 0, 0, 0)
        while index < items.count {
            let score = items[index].score
            let before = trueAccepts
            let falseBefore = falseAccepts
            while index < items.count, items[index].score == score {
                if items[index].isSame { trueAccepts += 1 } else { falseAccepts += 1 }
                index += 1
            }
            doubledWins += (falseAccepts - falseBefore) * (before + trueAccepts)
            points.append(Point(falseAccepts: falseAccepts, trueAccepts: trueAccepts, score: score))
        }
        (self.points, self.sameCount, self.differentCount, self.doubledWins) = (points, trueAccepts, falseAccepts, doubledWins)
    }

    /// Area under the curve: the share of couples of one same-person and one different-people pair in which the former scores higher, with
    /// ties counting half (Mann–Whitney). Exact except for one division; scikit-learn's trapezoid sum differs only by rounding.
    package var area: Double { Double(doubledWins) / (2 * Double(sameCount) * Double(differentCount)) }

    /// False accept rate of a point.
    package func falseAcceptRate(_ point: Point) -> Double { Double(point.falseAccepts) / Double(max(differentCount, 1)) }
    /// True accept rate of a point.
    package func trueAcceptRate(_ point: Point) -> Double { Double(point.trueAccepts) / Double(max(sameCount, 1)) }

    /// The points at which the curve turns, without those on a straight line between their neighbors.
    package var corners: [Point] {
        var corners: [Point] = []
        for point in points {
            while let last = corners.last, corners.count > 1 {
                let first = corners[corners.count - 2]
                let (right, up) = (last.falseAccepts - first.falseAccepts, last.trueAccepts - first.trueAccepts)
                let (rightNext, upNext) = (point.falseAccepts - last.falseAccepts, point.trueAccepts - last.trueAccepts)
                guard right * upNext == up * rightNext else { break }
                corners.removeLast()
            }
            corners.append(point)
        }
        return corners
    }
}
