/// The points of an ROC curve that are nearest to given false accept rates, as insightface's `eval_ijbc.py` finds them: on the points that
/// scikit-learn's `roc_curve` keeps, from the greatest false accept rate down, the first of those that are equally near.
///
/// `roc_curve` leaves out a point if neither the steps of false accepts nor those of true accepts change there, and begins at (0, 0).
struct NearestPoints {
    private let sameCount, differentCount: Int
    private let targets: [Double]
    /// For each target, the nearest point so far.
    private(set) var best: [AcceptRates.Step]
    private var distances: [Double]
    /// The last two points. Whether the second is kept depends on the next one.
    private var (earlier, last): (AcceptRates.Step?, AcceptRates.Step?) = (nil, nil)

    init(sameCount: Int, differentCount: Int, targets: [Double]) {
        (self.sameCount, self.differentCount, self.targets) = (sameCount, differentCount, targets)
        best = targets.map { _ in AcceptRates.Step(falseAccepts: 0, trueAccepts: 0, score: .infinity) }
        distances = targets.map { abs($0) }
    }

    /// The next point, for the next lower score.
    mutating func take(_ step: AcceptRates.Step) {
        if let last {
            if let earlier {
                let isEven =
                    last.falseAccepts - earlier.falseAccepts == step.falseAccepts - last.falseAccepts
                    && last.trueAccepts - earlier.trueAccepts == step.trueAccepts - last.trueAccepts
                if !isEven { compare(last) }
            } else {
                compare(last)
            }
        }
        (earlier, last) = (last, step)
    }

    /// After the last point, which is kept.
    mutating func finish() { if let last { compare(last) } }

    private mutating func compare(_ step: AcceptRates.Step) {
        let rate = Double(step.falseAccepts) / Double(differentCount)
        for (index, target) in targets.enumerated() {
            let distance = abs(rate - target)
            // Of equally near points the last one counts.
            guard distance <= distances[index] else { continue }
            (best[index], distances[index]) = (step, distance)
        }
    }
}
