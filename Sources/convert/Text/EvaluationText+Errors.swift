import ConvertFiles
import Verifier

/// Rates of errors for people.
extension EvaluationText {
    /// Rows of the table of figures: true accepts beyond the usual decades, VAL, false non-matches, and the threshold for a wanted rate.
    static func errors(_ evaluation: LFWEvaluation) -> [[String]] {
        let supported = evaluation.supportedErrorRates
        let further = supported.filter { !LFWEvaluation.falseAcceptLimits.contains($0.limit) }
            .map { "\(NumberText.percent($0.trueAcceptRate, 2)) % at FAR \($0.limit)" }
        var rows: [[String]] = []
        if !further.isEmpty { rows.append(["", further.joined(separator: ", ")]) }
        if let note = evaluation.unsupportedText { rows.append(["", note]) }
        rows.append(["VAL", validation(evaluation.validation)])
        for (index, rates) in supported.enumerated() {
            rows.append([index == 0 ? "FNMR" : "", "\(rates.nonMatchText) at FMR \(rates.limit)"])
        }
        if let threshold = evaluation.matchThreshold { rows.append(["FMR \(threshold.rates.limit)", threshold.text]) }
        return rows
    }

    private static func validation(_ rate: ValidationRate?) -> String {
        guard let rate else { return "not defined: a fold lacks pairs of one kind" }
        return "\(NumberText.percent(rate.rate)) % ± \(NumberText.percent(rate.standardDeviation)) at FAR \(rate.target) (facenet's and "
            + "insightface's; \(NumberText.percent(rate.falseAcceptRate)) % of different people accepted)"
    }
}
