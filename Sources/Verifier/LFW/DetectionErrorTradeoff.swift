import Glibc

/// Points of the detection error tradeoff curve (DET): the false non-match rate against the false match rate, from the exact ROC curve.
///
/// For each bound on the false match rate, ten a decade from 1 down, the threshold that keeps it with the fewest false non-matches, as in
/// `ErrorRates`. The last bound is the smallest that allows a false match. Source: A. Martin et al., The DET curve in assessment of detection
/// task performance, Eurospeech 1997.
package enum DetectionErrorTradeoff {
    private static let pointsPerDecade = 10

    /// The points, from the loosest bound to the strictest; no two with the same rates.
    package static func points(_ curve: ROCCurve) -> [ErrorRates] {
        guard curve.differentCount > 0 else { return [] }
        let decades = log10(Double(curve.differentCount))
        var points: [ErrorRates] = []
        for step in 0...Int((decades * Double(pointsPerDecade)).rounded(.down)) {
            // Whole decades are given exactly.
            let (decade, part) = step.quotientAndRemainder(dividingBy: pointsPerDecade)
            let limit = (part == 0 ? 1 : pow(10, -Double(part) / Double(pointsPerDecade))) / pow(10, Double(decade))
            let rates = curve.errorRates(falseMatchLimit: limit)
            if let last = points.last, last.falseMatches == rates.falseMatches, last.falseNonMatches == rates.falseNonMatches { continue }
            points.append(rates)
        }
        return points
    }
}
