import ConvertFiles
import ConvertKit
import Verifier

/// Verification of templates, for people.
enum TemplateText {
    static func lines(_ report: IJBReport) -> [String] {
        let rates = report.rates
        let lines = [
            "IJB 1:1: \(NumberText.grouped(rates.sameCount + rates.differentCount)) pairs (\(NumberText.grouped(rates.sameCount)) of one "
                + "person) of \(NumberText.grouped(report.templateCount)) templates, made of \(NumberText.grouped(report.pictureCount)) pictures "
                + "in \(NumberText.grouped(report.mediaCount)) media",
            "  lists: \(report.lists.joined(separator: ", "))",
        ]
        return lines + self.lines(report.notes, rates)
    }

    static func lines(_ report: PairRatesReport) -> [String] {
        let rates = report.rates
        return [
            "\(NumberText.grouped(rates.sameCount + rates.differentCount)) pairs (\(NumberText.grouped(rates.sameCount)) of one person)"
        ] + lines(report.notes, rates)
    }

    private static func lines(_ notes: [EvaluationProvenance.Note], _ rates: AcceptRates) -> [String] {
        var lines = notes.map { "  \($0.name): \($0.value)" }
        lines += [
            "  AUC \(NumberText.fixed(rates.area, 6)) (exact, ties half), EER \(NumberText.percent(rates.equalErrorRate)) %", "",
        ]
        var rows = [["FAR", "TAR, nearest point", "TAR, FAR at most", "false accepts", ""]]
        for point in rates.points {
            rows.append([
                "\(point.target)", percent(point.nearest.trueAccepts, of: rates.sameCount),
                percent(point.cautious.trueAccepts, of: rates.sameCount), NumberText.grouped(point.cautious.falseAccepts),
                point.isSupported ? "" : "too few pairs",
            ])
        }
        lines += TextTable.lines(rows)
        lines += [
            "", "Nearest point: the rule of the field's tables (scikit-learn's roc_curve, the point whose FAR is nearest).",
            "FAR at most: the lowest threshold that keeps to the FAR.",
        ]
        return lines
    }

    private static func percent(_ count: Int, of all: Int) -> String { "\(NumberText.percent(Double(count) / Double(all))) %" }
}
