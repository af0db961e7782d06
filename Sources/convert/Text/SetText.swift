import ConvertFiles
import ConvertJSON
import ConvertKit
import Verifier

/// An evaluation on sets of pictures, for people and as JSON.
enum SetText {
    /// Prints the results, and gives the exit code: one set in full, several as a table.
    static func conclude(_ results: [SetEvaluation.SetResult], isQuiet: Bool, isJSON: Bool) -> Int32 {
        if isJSON {
            let sets = results.map { entry in
                var object = JSONObject(["set": .string(entry.name)])
                for member in entry.result.report.metrics.members { object.append(member.key, member.value) }
                return JSONValue.object(object)
            }
            Terminal.print(JSONValue.object(JSONObject(["sets": .array(sets)])).text(pretty: true))
            return results.allSatisfy(\.result.isMet) ? ExitStatus.fine : ExitStatus.checkFailed
        }
        if results.count == 1, let only = results.first {
            return EvaluationText.conclude(only.result, isQuiet: isQuiet, isJSON: false)
        }
        if !isQuiet { Terminal.print(lines: lines(results)) }
        return results.allSatisfy(\.result.isMet) ? ExitStatus.fine : ExitStatus.checkFailed
    }

    private static func lines(_ results: [SetEvaluation.SetResult]) -> [String] {
        guard let first = results.first?.result.report else { return [] }
        var lines = [
            "\(results.count) sets, protocol \(first.evaluation.protocolRule.rawValue)"
                + (first.provenance.ttaFlip == true ? ", mirror images added" : ""),
            "  \(first.evaluation.protocolRule.rule)",
        ]
        lines += TextTable.lines([header] + results.map(row), rightAligned: Set(1..<header.count))
        if results.contains(where: { lacks($0.result.report.evaluation) }) { lines.append("  -: too few pairs, or not defined") }
        for entry in results {
            if let line = EvaluationText.written(entry.result) { lines.append(line) }
        }
        return lines + [Judgment.caveat]
    }

    private static let farLimits = [1e-2, 1e-3, 1e-4]
    private static let header =
        ["set", "pairs", "folds", "accuracy %", "± std", "VAL % at FAR 0.001", "± std", "AUC", "EER %"]
        + farLimits.map { "TAR % at FAR \($0)" }

    private static func row(_ entry: SetEvaluation.SetResult) -> [String] {
        let evaluation = entry.result.report.evaluation
        let validation = evaluation.validation
        return [
            entry.name, NumberText.grouped(evaluation.table.pairs.pairs.count), "\(evaluation.folds.count)",
            NumberText.percent(evaluation.spread.mean), NumberText.percent(evaluation.spread.standardDeviation),
            validation.map { NumberText.percent($0.rate) } ?? "-", validation.map { NumberText.percent($0.standardDeviation) } ?? "-",
            NumberText.fixed(evaluation.curve.area, 6), NumberText.percent(evaluation.curve.equalErrorRate),
        ] + rates(evaluation).map { $0.map { NumberText.percent($0.trueAcceptRate, 2) } ?? "-" }
    }

    /// Rates at each limit that the number of pairs supports.
    private static func rates(_ evaluation: LFWEvaluation) -> [ErrorRates?] {
        farLimits.map { limit in evaluation.supportedErrorRates.first { $0.limit == limit } }
    }

    private static func lacks(_ evaluation: LFWEvaluation) -> Bool {
        evaluation.validation == nil || rates(evaluation).contains { $0 == nil }
    }
}
