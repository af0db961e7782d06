import ConvertFiles
import ConvertKit
import Verifier

/// Several models for people.
enum LeaderboardText {
    /// Prints the result, and gives the exit code.
    static func conclude(_ result: LeaderboardEvaluation.Result, isQuiet: Bool, isJSON: Bool) -> Int32 {
        if isJSON {
            Terminal.print(result.json)
        } else if !isQuiet {
            Terminal.print(lines: lines(result.board))
            if let folder = result.folder {
                Terminal.print(
                    lines: [
                        "wrote \(EvaluationText.shortened(files: result.written)) to \(folder), and each model's report to a folder in it"
                    ])
            }
        } else {
            for entry in result.board.entries {
                for check in entry.judgment.checks where !check.isMet { Terminal.say("not as expected: \(entry.name): \(check.reason)") }
            }
        }
        guard result.isComplete else { return ExitStatus.failed }
        return result.isMet ? ExitStatus.fine : ExitStatus.checkFailed
    }

    /// Pairs of one model that are listed.
    private static let listed = 3

    private static func lines(_ board: Leaderboard) -> [String] {
        guard let first = board.entries.first?.evaluation else { return failures(board) }
        let pairs = first.table.pairs
        var lines = [
            (first.isLFW ? "LFW" : "NOT LFW's figures")
                + ": \(NumberText.grouped(pairs.pairs.count)) pairs of \(NumberText.grouped(pairs.uniqueImages.count)) images in "
                + "\(first.folds.count) folds, protocol \(first.protocolRule.rawValue)",
            "  \(first.protocolRule.rule)",
        ]
        lines += table(board) + failures(board)
        lines += [
            "img/s: the network alone on one core; p: McNemar's exact p against the first; alone: pairs that only this model gets wrong"
        ]
        for (place, entry) in board.entries.enumerated() {
            guard let wrong = board.wrongAlone?[place], !wrong.isEmpty else { continue }
            let named = wrong.prefix(listed).map { "\(pairs.pairs[$0].imageA) \(pairs.pairs[$0].imageB)" }
            lines.append(
                "  only \(entry.name) gets wrong: \(named.joined(separator: ", "))"
                    + (wrong.count > listed ? ", and \(wrong.count - listed) more" : ""))
        }
        for entry in board.entries {
            lines += entry.judgment.checks.map { "\($0.isMet ? "met" : "NOT met"): \(entry.name): \($0.reason)" }
        }
        return lines + [Judgment.caveat]
    }

    private static func table(_ board: Leaderboard) -> [String] {
        let (figures, ranks) = (board.figures, board.ranks)
        let header = ["", "model"] + figures.map(\.shortHeading) + ["file", "parameters", "img/s", "p", "alone"]
        let rows = board.entries.enumerated().map { place, entry in
            ["\(ranks[place])", entry.name] + figures.map { $0.text(entry.evaluation) } + [
                NumberText.bytes(entry.byteCount), NumberText.grouped(entry.parameterCount),
                entry.speed.map { $0.imagesPerSecond.map { NumberText.short($0) } ?? "cached" } ?? "-",
                board.againstFirst[place].map { NumberText.short($0.mcNemar.pValue) } ?? "-",
                board.wrongAlone.map { NumberText.grouped($0[place].count) } ?? "-",
            ]
        }
        return TextTable.lines([header] + rows, rightAligned: Set([0] + Array(2..<header.count)))
    }

    private static func failures(_ board: Leaderboard) -> [String] {
        board.failures.map { "no figures: \($0.reason.contains($0.name) ? "" : "\($0.name): ")\($0.reason)" }
    }
}
