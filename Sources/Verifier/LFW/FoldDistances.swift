/// The distances of the pairs of each fold, and how many of different people are below each threshold of a grid.
struct FoldDistances {
    /// Of pairs of one person, for each fold.
    private(set) var same: [[Double]]
    /// Of pairs of different people, for each fold.
    private(set) var different: [[Double]]
    private var below: [[Int]] = []
    private var belowInAll: [Int] = []

    /// Thresholds 0, 0.001 … 3.999, numpy's `arange(0, 4, 0.001)`.
    static let grid = (0..<4000).map { Double($0) * step }
    static let step = 0.001

    init(_ table: ScoreTable, _ measure: EvaluationProtocol) {
        let folds = table.pairs.folds
        same = [[Double]](repeating: [], count: folds.count)
        different = same
        for (index, pair) in table.pairs.pairs.enumerated() {
            let (fold, distance) = (folds.ofPair[index], measure.measure(table.scores[index]))
            if pair.isSame { same[fold].append(distance) } else { different[fold].append(distance) }
        }
        below = different.map(FoldDistances.countsBelow)
        belowInAll = below.reduce([Int](repeating: 0, count: FoldDistances.grid.count)) { zip($0, $1).map { $0 + $1 } }
    }

    /// The false accept rate of all other folds at each threshold; nil if it is undefined, or the fold lacks pairs of one kind.
    func falseAcceptRates(leavingOut fold: Int) -> [Double]? {
        let others = different.indices.reduce(0) { $1 == fold ? $0 : $0 + different[$1].count }
        guard others > 0, !same[fold].isEmpty, !different[fold].isEmpty else { return nil }
        return zip(belowInAll, below[fold]).map { Double($0 - $1) / Double(others) }
    }

    /// The share of distances that are below a threshold.
    static func share(of distances: [Double], below threshold: Double) -> Double {
        Double(distances.count { $0 < threshold }) / Double(max(distances.count, 1))
    }

    private static func countsBelow(_ distances: [Double]) -> [Int] {
        let sorted = distances.sorted()
        var count = 0
        return grid.map { threshold in
            while count < sorted.count, sorted[count] < threshold { count += 1 }
            return count
        }
    }
}
