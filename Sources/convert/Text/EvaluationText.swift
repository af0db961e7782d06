import ConvertFiles
import ConvertJSON
import ConvertKit
import Verifier

/// An evaluation for people.
enum EvaluationText {
    /// Prints a result, and gives the exit code.
    /// - Parameter document: what an export before it has to say; the figures are then its member `evaluation`.
    static func conclude(_ result: EvaluationResult, isQuiet: Bool, isJSON: Bool, after document: JSONObject? = nil) -> Int32 {
        let report = result.report
        if isJSON {
            var root = document ?? report.metrics
            if document != nil { root.append("evaluation", .object(report.metrics)) }
            Terminal.print(JSONValue.object(root).text(pretty: true))
        } else if !isQuiet {
            Terminal.print(lines: lines(report))
            if let line = written(result) { Terminal.print(lines: [line]) }
        } else if !result.isMet {
            for check in report.judgment.checks where !check.isMet { Terminal.say("not as expected: \(check.reason)") }
            Terminal.error(Judgment.caveat)
        }
        return result.isMet ? ExitStatus.fine : ExitStatus.checkFailed
    }

    /// The files that were written, those of one plot together; nil if none were.
    static func written(_ result: EvaluationResult) -> String? {
        result.folder.map { "wrote \(shortened(files: result.written)) to \($0)" }
    }

    /// Names of files, those that differ only by their ending together.
    static func shortened(files names: [String]) -> String {
        var files: [(stem: String, text: String)] = []
        for name in names {
            let stem = PathText.stem(name)
            if let last = files.last, last.stem == stem {
                files[files.count - 1].text += " .\(PathText.ending(name))"
            } else {
                files.append((stem, name))
            }
        }
        return files.map(\.text).joined(separator: ", ")
    }

    static func lines(_ report: EvaluationReport) -> [String] {
        heading(report) + figures(report.evaluation) + groups(report) + foldTable(report.evaluation) + noise(report) + judgment(report) + [
            Judgment.caveat
        ]
    }

    private static func heading(_ report: EvaluationReport) -> [String] {
        let evaluation = report.evaluation
        let pairs = evaluation.table.pairs
        var lines = [
            (pairs.setName.map { "set \($0)" } ?? (evaluation.isLFW ? "LFW" : "NOT LFW's figure"))
                + ": \(NumberText.grouped(pairs.pairs.count)) pairs of \(NumberText.grouped(pairs.uniqueImages.count)) images in "
                + "\(evaluation.folds.count) folds, protocol \(evaluation.protocolRule.rawValue)",
            "  \(evaluation.protocolRule.rule)",
        ]
        if let form = pairs.form, !evaluation.isLFW { lines.append("  list: \(form)") }
        if pairs.droppedCount > 0 {
            lines.append(
                "  \(NumberText.counted(pairs.droppedCount, "pair was", "pairs were")) dropped because an image is missing: N is "
                    + "\(NumberText.grouped(pairs.pairs.count)), not \(NumberText.grouped(pairs.pairs.count + pairs.droppedCount))")
        }
        if let images = report.provenance.notes.first(where: { $0.name == "images" }) { lines.append("  pictures: \(images.value)") }
        if let missed = report.provenance.missedImages {
            lines.append(
                missed.isEmpty
                    ? "  a face found in every image"
                    : "  no face found in \(NumberText.counted(missed.count, "image")): " + shortened(missed))
        }
        return lines
    }

    private static func shortened(_ paths: [String]) -> String {
        paths.prefix(3).joined(separator: ", ") + (paths.count > 3 ? ", …" : "")
    }

    private static func figures(_ evaluation: LFWEvaluation) -> [String] {
        let (spread, curve, bootstrap) = (evaluation.spread, evaluation.curve, evaluation.bootstrap)
        let couples = curve.sameCount * curve.differentCount
        let wins = NumberText.grouped(curve.doubledWins / 2) + (curve.doubledWins.isMultiple(of: 2) ? "" : ".5")
        let rates = LFWEvaluation.falseAcceptLimits.map { limit in
            "\(NumberText.percent(curve.operatingPoint(falseAcceptLimit: limit).trueAcceptRate, 2)) % at FAR \(limit)"
        }
        let best = evaluation.globalBest
        let confusion = evaluation.confusion
        var rows = [
            [
                "accuracy",
                "\(NumberText.percent(spread.mean)) % ± \(NumberText.percent(spread.standardDeviation)) (population std over folds), standard error "
                    + NumberText.percent(spread.standardError),
            ],
            [
                "",
                "95 % of \(NumberText.grouped(bootstrap.resamples)) resamplings of pairs lie in \(NumberText.percent(bootstrap.lower, 2)) … "
                    + "\(NumberText.percent(bootstrap.upper, 2)) %",
            ],
            ["", "of people: \(evaluation.peopleText)"],
            [
                "", "Wilson's 95 % interval of pairs: \(ShareInterval(confusion.correct, of: confusion.total).text) %",
            ],
            ["AUC", "\(NumberText.fixed(curve.area, 6)) (exact, ties half: \(wins) of \(NumberText.grouped(couples)))"],
            ["EER", "\(NumberText.percent(curve.equalErrorRate)) %"], ["TAR", rates.joined(separator: ", ")],
        ]
        rows += errors(evaluation)
        rows += [
            [
                "confusion",
                "[[TN \(confusion.trueNegative), FP \(confusion.falsePositive)], [FN \(confusion.falseNegative), TP "
                    + "\(confusion.truePositive)]]",
            ],
            [
                "optimistic",
                "\(NumberText.percent(best.accuracy)) % at \(best.threshold), chosen on the very pairs it is measured on",
            ],
        ]
        return TextTable.lines(rows)
    }

    private static func foldTable(_ evaluation: LFWEvaluation) -> [String] {
        let header = ["fold", "accuracy %", "threshold (\(evaluation.protocolRule.thresholdUnit))", "TP", "FP", "TN", "FN"]
        let rows = evaluation.folds.map { fold in
            let confusion = fold.confusion
            return ["\(fold.number)", NumberText.percent(confusion.accuracy), "\(fold.threshold)"]
                + [confusion.truePositive, confusion.falsePositive, confusion.trueNegative, confusion.falseNegative].map(String.init)
        }
        return TextTable.lines([header] + rows, rightAligned: [0, 1, 3, 4, 5, 6])
    }

    /// Pairs that are listed one by one.
    private static let listed = 10

    private static func noise(_ report: EvaluationReport) -> [String] {
        let noise = report.evaluation.noise
        let near = noise.withinThousandth
        var lines = [
            "noise budget: \(noise.summary)"
        ]
        lines += near.prefix(listed).map { "  \(pair($0.index, report)) off by \(NumberText.short($0.margin))" }
        if near.count > listed { lines.append("  and \(near.count - listed) more") }
        return lines
    }

    private static func pair(_ index: Int, _ report: EvaluationReport) -> String {
        let pair = report.evaluation.table.pairs.pairs[index]
        return "\(pair.imageA) \(pair.imageB)"
    }

    private static func judgment(_ report: EvaluationReport) -> [String] {
        let judgment = report.judgment
        var lines: [String] = []
        if let comparison = judgment.comparison {
            lines.append("against \(comparison.name)")
            if let other = comparison.evaluation { lines += sideBySide(report, other, name: comparison.name) }
            if let agreement = comparison.agreement { lines += agreementLines(agreement, report) }
        }
        lines += judgment.checks.map { ($0.isMet ? "met: " : "NOT met: ") + $0.reason }
        if !judgment.checks.isEmpty { lines.append(judgment.isMet ? "as expected" : "NOT as expected") }
        return lines
    }

    /// The figures of two models or runs.
    private static func sideBySide(_ report: EvaluationReport, _ other: LFWEvaluation, name: String) -> [String] {
        let rows = ComparedFigure.all(for: report.evaluation).map { ["  \($0.heading)", $0.text(report.evaluation), $0.text(other)] }
        return TextTable.lines([["", report.modelName, name]] + rows, rightAligned: [1, 2])
    }

    /// How two sets of scores agree.
    static func agreementLines(_ agreement: ModelAgreement, _ report: EvaluationReport) -> [String] {
        let test = agreement.mcNemar
        var lines = [
            "  scores: \(NumberText.grouped(agreement.changedScores)) differ, at most by \(NumberText.short(agreement.largestDrift))"
                + (agreement.changedScores > 0 ? " (\(pair(agreement.largestDriftIndex, report)))" : "")
                + ", by \(NumberText.short(agreement.meanDrift)) on average",
            "  decisions: \(agreement.flips.count) pairs changed sides; right only here \(test.onlyFirst), only there \(test.onlySecond), "
                + "McNemar's exact p \(NumberText.short(test.pValue))",
            "  accuracy here less there: \(NumberText.signed(agreement.difference.value * 100, 4)) points, 95 % in "
                + "\(NumberText.signed(agreement.difference.lower * 100, 4)) … \(NumberText.signed(agreement.difference.upper * 100, 4))",
        ]
        lines += agreement.flips.prefix(listed).map {
            "    \(pair($0.index, report)) \($0.otherScore) -> \($0.score), now \($0.isAccepted ? "accepted" : "rejected")"
        }
        if agreement.flips.count > listed { lines.append("    and \(agreement.flips.count - listed) more") }
        return lines
    }
}
