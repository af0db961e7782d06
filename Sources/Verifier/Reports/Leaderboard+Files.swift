import ConvertFiles
import ConvertJSON

/// `leaderboard.csv` and `leaderboard.json`.
extension Leaderboard {
    /// Pairs of one model that a file lists.
    private static let listed = 50

    /// A line for each model, those without figures last.
    var csv: [UInt8] {
        let figures = figures
        let header =
            ["rank", "model", "network", "file_bytes", "parameters"] + figures.map(\.key) + (showsSpeed ? ["images_per_second"] : [])
            + ["wrong_alone", "difference_to_first", "difference_lower", "difference_upper", "mcnemar_p", "as_expected", "error"]
        var text = CSVTable.line(header)
        let ranks = ranks
        for (place, entry) in entries.enumerated() {
            let against = againstFirst[place]
            text += CSVTable.line(
                ["\(ranks[place])", entry.name, entry.network, "\(entry.byteCount)", "\(entry.parameterCount)"]
                    + figures.map { "\($0.value(entry.evaluation))" }
                    + (showsSpeed ? [entry.speed?.imagesPerSecond.map { "\($0)" } ?? ""] : [])
                    + [
                        wrongAlone.map { "\($0[place].count)" } ?? "", against.map { "\($0.difference.value)" } ?? "",
                        against.map { "\($0.difference.lower)" } ?? "", against.map { "\($0.difference.upper)" } ?? "",
                        against.map { "\($0.mcNemar.pValue)" } ?? "",
                        entry.judgment.checks.isEmpty ? "" : entry.judgment.isMet ? "yes" : "no", "",
                    ])
        }
        for failure in failures {
            var fields = [String](repeating: "", count: header.count)
            (fields[1], fields[header.count - 1]) = (failure.name, failure.reason)
            text += CSVTable.line(fields)
        }
        return Array(text.utf8)
    }

    /// The same, with the pairs that each model alone gets wrong.
    package var json: JSONObject {
        let first = entries.first?.evaluation
        return JSONObject([
            "protocol": first.map { .string($0.protocolRule.rawValue) } ?? .null, "is_lfw": first.map { .boolean($0.isLFW) } ?? .null,
            "num_pairs": first.map { .integer(Int64($0.table.pairs.pairs.count)) } ?? .null,
            "models": .array(entries.indices.map { .object(object($0)) }),
            "failed": .array(
                failures.map { .object(JSONObject(["model": .string($0.name), "reason": .string($0.reason)])) }),
            "caveat": .string(Judgment.caveat),
        ])
    }

    private func object(_ place: Int) -> JSONObject {
        let entry = entries[place]
        var object = JSONObject([
            "rank": .integer(Int64(ranks[place])), "model": .string(entry.name), "network": .string(entry.network),
            "file_bytes": .integer(Int64(entry.byteCount)), "parameters": .integer(Int64(entry.parameterCount)),
        ])
        for figure in figures { object.append(figure.key, .number(figure.value(entry.evaluation))) }
        if showsSpeed { object.append("images_per_second", entry.speed?.imagesPerSecond.map { .number($0) } ?? .null) }
        if let wrongAlone {
            let pairs = entry.evaluation.table.pairs.pairs
            object.append(
                "wrong_alone",
                .object(
                    JSONObject([
                        "count": .integer(Int64(wrongAlone[place].count)),
                        "pairs": .array(
                            wrongAlone[place].prefix(Leaderboard.listed).map {
                                .array([.string(pairs[$0].imageA), .string(pairs[$0].imageB)])
                            }),
                    ])))
        }
        if let against = againstFirst[place] {
            object.append(
                "against_first",
                .object(
                    JSONObject([
                        "accuracy_difference": .number(against.difference.value),
                        "accuracy_difference_95": .array([.number(against.difference.lower), .number(against.difference.upper)]),
                        "right_only_here": .integer(Int64(against.mcNemar.onlyFirst)),
                        "right_only_there": .integer(Int64(against.mcNemar.onlySecond)),
                        "mcnemar_p": .number(against.mcNemar.pValue),
                    ])))
        }
        if !entry.judgment.checks.isEmpty {
            object.append(
                "judgement",
                .object(
                    JSONObject([
                        "met": .boolean(entry.judgment.isMet),
                        "checks": .array(
                            entry.judgment.checks.map {
                                .object(JSONObject(["met": .boolean($0.isMet), "reason": .string($0.reason)]))
                            }),
                    ])))
        }
        object.append("folder", entry.folder.map { .string($0) } ?? .null)
        return object
    }
}
