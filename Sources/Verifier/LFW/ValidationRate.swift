/// VAL at a false accept rate, the second figure of facenet's and insightface's LFW tables: the share of same-person pairs that are accepted
/// at a threshold which is interpolated, on the other folds, where their false accept rate meets the target.
///
/// The rule is `calculate_val` of facenet's `src/lfw.py` and insightface's `eval/verification.py`: distances 0, 0.001 … 3.999, a
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
    /// Each fold's threshold, a distance; 0 if the other folds do not reach the target.
    package let thresholds: [Double]

    /// The target of both projects.
    package static let usualTarget = 1e-3

    /// - Returns: Nil if a fold lacks pairs of one kind, or if no different-people pairs remain outside a fold: the rates are then undefined.
    /// - Parameters:
    /// - tables: One for all folds, or each fold's own.
    /// - rule: Its distances; squared ones for the protocol that has none.
    init?(_ tables: [ScoreTable], by rule: EvaluationProtocol, target: Double = usualTarget) {
        guard let first = tables.first else { return nil }
        let measure: EvaluationProtocol = rule.usesDistance ? rule : .facenet
        let shared = tables.count == 1 ? FoldDistances(first, measure) : nil
        var (thresholds, rates, falseRates): ([Double], [Double], [Double]) = ([], [], [])
        for fold in 0..<first.pairs.folds.count {
            let distances = shared ?? FoldDistances(tables[fold], measure)
            guard let rest = distances.falseAcceptRates(leavingOut: fold) else { return nil }
            let threshold = ValidationRate.threshold(rest, target: target)
            thresholds.append(threshold)
            rates.append(FoldDistances.share(of: distances.same[fold], below: threshold))
            falseRates.append(FoldDistances.share(of: distances.different[fold], below: threshold))
        }
        let spread = AccuracySpread(rates)
        (self.target, self.thresholds) = (target, thresholds)
        (rate, standardDeviation, falseAcceptRate) = (spread.mean, spread.standardDeviation, AccuracySpread(falseRates).mean)
    }

    /// The distance at which the false accept rate, with its points joined by straight lines, meets the target for the last time.
    private static func threshold(_ rates: [Double], target: Double) -> Double {
        guard let greatest = rates.last, greatest >= target, let last = rates.lastIndex(where: { $0 <= target }) else { return 0 }
        let (grid, step) = (FoldDistances.grid, FoldDistances.step)
        guard last + 1 < rates.count, rates[last] < target else { return grid[last] }
        return grid[last] + (target - rates[last]) / (rates[last + 1] - rates[last]) * step
    }
}
