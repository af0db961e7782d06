/// VAL at a false accept rate, the second figure of facenet's and insightface's LFW tables: the share of same-person pairs that are accepted
/// at a threshold which is interpolated, on the other folds, where their false accept rate meets the target.
///
/// The rule is `calculate_val` of facenet's `src/lfw.py` and insightface's `eval/verification.py`: squared distances 0, 0.001 … 3.999, a
/// pair accepted if its distance is below the threshold. Of equal false accept rates the last is taken, as SciPy did before 1.9; from then on
/// it refuses them, and their own code stops.
package struct ValidationRate: Sendable, Equatable {
    /// The false accept rate that thresholds aim at.
    package let target: Double
    /// Mean over folds of the accepted share of same-person pairs.
    package let rate: Double
    /// Population standard deviation over folds (NumPy's `std`, ddof 0).
    package let standardDeviation: Double
    /// Mean over folds of the accepted share of different-people pairs.
    package let falseAcceptRate: Double
    /// Each fold's threshold, a squared distance; 0 if the other folds do not reach the target.
    package let thresholds: [Double]

    /// The target of both projects.
    package static let usualTarget = 1e-3

    private static let grid = (0..<4000).map { Double($0) * step }
    private static let step = 0.001

    /// - Returns: Nil if a fold lacks pairs of one kind, or if no different-people pairs remain outside a fold: the rates are then undefined.
    init?(_ table: ScoreTable, target: Double = usualTarget) {
        let folds = table.pairs.folds
        var (same, different) = ([[Double]](repeating: [], count: folds.count), [[Double]](repeating: [], count: folds.count))
        for (index, pair) in table.pairs.pairs.enumerated() {
            let distance = EvaluationProtocol.facenet.measure(table.scores[index])
            if pair.isSame { same[folds.ofPair[index]].append(distance) } else { different[folds.ofPair[index]].append(distance) }
        }
        let below = different.map(ValidationRate.countsBelow)
        let (belowInAll, total) = (ValidationRate.sum(below), different.reduce(0) { $0 + $1.count })
        var (thresholds, rates, falseRates): ([Double], [Double], [Double]) = ([], [], [])
        for fold in 0..<folds.count {
            let others = total - different[fold].count
            guard others > 0, !same[fold].isEmpty, !different[fold].isEmpty else { return nil }
            let rest = zip(belowInAll, below[fold]).map { Double($0 - $1) / Double(others) }
            let threshold = ValidationRate.threshold(rest, target: target)
            thresholds.append(threshold)
            rates.append(ValidationRate.share(of: same[fold], below: threshold))
            falseRates.append(ValidationRate.share(of: different[fold], below: threshold))
        }
        let spread = AccuracySpread(rates)
        (self.target, self.thresholds) = (target, thresholds)
        (rate, standardDeviation, falseAcceptRate) = (spread.mean, spread.standardDeviation, AccuracySpread(falseRates).mean)
    }

    /// The distance at which the false accept rate, with its points joined by straight lines, meets the target for the last time.
    private static func threshold(_ rates: [Double], target: Double) -> Double {
        guard let greatest = rates.last, greatest >= target, let last = rates.lastIndex(where: { $0 <= target }) else { return 0 }
        guard last + 1 < rates.count, rates[last] < target else { return grid[last] }
        return grid[last] + (target - rates[last]) / (rates[last + 1] - rates[last]) * step
    }

    /// For each threshold of the grid, how many distances are below it.
    private static func countsBelow(_ distances: [Double]) -> [Int] {
        let sorted = distances.sorted()
        var count = 0
        return grid.map { threshold in
            while count < sorted.count, sorted[count] < threshold { count += 1 }
            return count
        }
    }

    private static func sum(_ counts: [[Int]]) -> [Int] {
        counts.reduce([Int](repeating: 0, count: grid.count)) { zip($0, $1).map { $0 + $1 } }
    }

    private static func share(of distances: [Double], below threshold: Double) -> Double {
        Double(distances.count { $0 < threshold }) / Double(max(distances.count, 1))
    }
}
