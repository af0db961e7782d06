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

    /// The table of groups; empty if nothing divides the pairs.
    static func groups(_ report: EvaluationReport) -> [String] {
        guard let groups = report.groups else { return [] }
        let header = ["group", "different", "false matches", "FMR %", "95 %", "same", "false non-matches", "FNMR %", "95 %"]
        let rows = groups.rows.map { row in
            [
                row.name ?? "all", NumberText.grouped(row.differentCount), NumberText.grouped(row.confusion.falsePositive),
                row.falseMatchRate.map { NumberText.percent($0) } ?? "-", row.falseMatchInterval.text, NumberText.grouped(row.sameCount),
                NumberText.grouped(row.confusion.falseNegative), row.falseNonMatchRate.map { NumberText.percent($0) } ?? "-",
                row.falseNonMatchInterval.text,
            ]
        }
        return ["groups, " + groups.rule(unit: report.evaluation.protocolRule.thresholdUnit)]
            + TextTable.lines([header] + rows, rightAligned: Set(1..<header.count))
    }

    private static func validation(_ rate: ValidationRate?) -> String {
        guard let rate else { return "not defined: a fold lacks pairs of one kind" }
        return "\(NumberText.percent(rate.rate)) % ± \(NumberText.percent(rate.standardDeviation)) at FAR \(rate.target) (facenet's and "
            + "insightface's; \(NumberText.percent(rate.falseAcceptRate)) % of different people accepted)"
    }
}
