import ConvertFiles

/// Tables of single pairs.
struct PairRows {
    let evaluation: LFWEvaluation
    /// Returns an image's bytes; nil for tables without photographs.
    let photographs: ((String) -> [UInt8]?)?

    /// Accepted pairs of different people, the farthest above their threshold first.
    func falseAccepts(limit: Int) -> String {
        table(evaluation.worst(isSame: false, limit: limit), "Above the threshold by") { NumberText.fixed(evaluation.margins[$0], 4) }
    }

    /// Rejected pairs of one person, the farthest below their threshold first.
    func falseRejects(limit: Int) -> String {
        table(evaluation.worst(isSame: true, limit: limit), "Below the threshold by") { NumberText.fixed(-evaluation.margins[$0], 4) }
    }

    /// Pairs that are decided wrongly.
    func wrong(_ indices: [Int], limit: Int) -> String {
        table(Array(indices.prefix(limit)), "Score less threshold") { NumberText.signed(evaluation.margins[$0], 4) }
    }

    /// Pairs whose decision is uncertain.
    func nearThreshold(limit: Int) -> String {
        table(evaluation.noise.withinThousandth.prefix(limit).map(\.index), "Score less threshold") { index in
            NumberText.short(evaluation.margins[index])
        }
    }

    /// Pairs that two models decide differently.
    func changedSides(_ agreement: ModelAgreement, against name: String, limit: Int) -> String {
        let flips = agreement.flips.prefix(limit)
        guard !flips.isEmpty else { return "<p>None.</p>" }
        let rows = flips.map { flip -> [HTMLTable.Cell] in
            let isRight = flip.isAccepted == evaluation.table.pairs.pairs[flip.index].isSame
            return [
                pair(flip.index), .number("\(evaluation.table.pairs.folds.ofPair[flip.index] + 1)"),
                .number(NumberText.fixed(Double(flip.score), 6)), .number(NumberText.fixed(Double(flip.otherScore), 6)),
                .number("\(flip.isAccepted ? "accepted" : "rejected"), \(isRight ? "right" : "wrong")"),
            ]
        }
        return HTMLTable.columns(["Pair", "Fold", "Score", "Score of \(name)", "Decision here"], rows)
    }

    private func table(_ indices: [Int], _ heading: String, _ distance: (Int) -> String) -> String {
        guard !indices.isEmpty else { return "<p>None.</p>" }
        let rows = indices.map { index -> [HTMLTable.Cell] in
            [
                pair(index), .number("\(evaluation.table.pairs.folds.ofPair[index] + 1)"),
                .number(NumberText.fixed(Double(evaluation.table.scores[index]), 4)), .number(distance(index)),
            ]
        }
        return HTMLTable.columns(["Pair", "Fold", "Score", heading], rows)
    }

    private func pair(_ index: Int) -> HTMLTable.Cell {
        let pair = evaluation.table.pairs.pairs[index]
        return .markup(
            [pair.imageA, pair.imageB].map { path in
                let image = photographs.map { $0(path).flatMap { PairRows.photograph($0) } ?? "(no JPEG or PNG) " } ?? ""
                return "<span class=\"pair\">\(image)\(HTMLText.breakable(path))</span>"
            }.joined(separator: " "))
    }

    /// An `img` element if these bytes are a JPEG or PNG; no other files below the images' folder get into the page.
    private static func photograph(_ bytes: [UInt8]) -> String? {
        let type: String
        if bytes.starts(with: [0xFF, 0xD8, 0xFF]) {
            type = "image/jpeg"
        } else if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47]) {
            type = "image/png"
        } else {
            return nil
        }
        return "<img class=\"photo\" alt=\"\" src=\"\(HTMLText.dataAddress(bytes, type: type))\">"
    }
}
