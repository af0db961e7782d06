extension ROCCurve {
    /// How much is accepted while false accepts are bounded.
    package struct OperatingPoint: Sendable, Equatable {
        /// The bound on the false accept rate.
        package let falseAcceptLimit: Double
        /// The false accept rate that is reached, at most the limit.
        package let falseAcceptRate: Double
        /// Share of same-person pairs that are accepted.
        package let trueAcceptRate: Double
        /// The lowest accepted score; infinite if nothing may be accepted.
        package let score: Float
    }

    /// The highest true accept rate of any threshold whose false accept rate is at most `limit`. Counted over all pairs, without
    /// interpolation between thresholds.
    package func operatingPoint(falseAcceptLimit limit: Double) -> OperatingPoint {
        let point = operatingStep(falseAcceptLimit: limit)
        return OperatingPoint(
            falseAcceptLimit: limit, falseAcceptRate: falseAcceptRate(point), trueAcceptRate: trueAcceptRate(point), score: point.score)
    }

    /// The last step whose false accept rate is at most `limit`.
    func operatingStep(falseAcceptLimit limit: Double) -> Point {
        let allowed = allowedFalseAccepts(limit)
        // False accepts never become fewer.
        var (low, high) = (0, points.count)
        while low < high {
            let middle = (low + high) / 2
            if points[middle].falseAccepts <= allowed { low = middle + 1 } else { high = middle }
        }
        return low > 0 ? points[low - 1] : Point(falseAccepts: 0, trueAccepts: 0, score: .infinity)
    }

    /// How many false accepts a bound on their rate allows.
    func allowedFalseAccepts(_ limit: Double) -> Int { ErrorRates.allowedFalseMatches(limit, of: differentCount) }

    /// The rate at which false accepts and false rejects are equally frequent: the root of 1 − x − tpr(x) on the curve with its points
    /// joined by straight lines.
    package var equalErrorRate: Double {
        func rates(_ point: Point) -> ErrorRates.Crossing.Rates { (falseAcceptRate(point), trueAcceptRate(point)) }
        return zip(points, points.dropFirst()).lazy.compactMap { ErrorRates.Crossing.rate(between: rates($0), and: rates($1)) }.first ?? 0
    }
}
