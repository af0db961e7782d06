import ConvertFiles

/// A score for each pair, from which every figure is computed. As a file it is the reference project's `pair_scores.csv`.
package struct ScoreTable: Sendable, Equatable {
    /// The pairs.
    package let pairs: PairList
    /// The cosine of each pair's embeddings, in the order of the pairs.
    package let scores: [Float]

    /// How far a cosine may exceed 1 by rounding.
    static let greatestMagnitude: Float = 1.001
    static let columns = ["image_a", "image_b", "label", "cosine_score"]

    /// Creates a table from pairs and their scores.
    /// - Throws: `LFWError.scoreCount`, or `.badScore` for a score that is not a finite cosine.
    package init(pairs: PairList, scores: [Float]) throws(LFWError) {
        guard scores.count == pairs.pairs.count else { throw .scoreCount(expected: pairs.pairs.count, found: scores.count) }
        if let bad = scores.firstIndex(where: { !($0.magnitude <= ScoreTable.greatestMagnitude) }) {
            let pair = pairs.pairs[bad]
            throw .badScore(pair: bad + 1, imageA: pair.imageA, imageB: pair.imageB, value: "\(scores[bad])")
        }
        (self.pairs, self.scores) = (pairs, scores)
    }

    /// Reads `image_a,image_b,label,cosine_score`; labels and order come from the file, folds from the rule of `FoldAssignment`.
    /// - Parameter folds: The number of folds for pairs that are not LFW's 6,000; nil for LFW's own.
    /// - Throws: `FileError`, or `LFWError` with the line number.
    package init(_ file: MappedFile, folds: Int? = nil) throws {
        let (pairs, scores) = try ScoreTable.rows(file)
        try self.init(pairs: try PairList(pairs, folds: folds, file: file.path), scores: scores)
    }

    /// Pairs and scores without folds, for a table that is only compared with another.
    static func rows(_ file: MappedFile) throws -> (pairs: [LFWPair], scores: [Float]) {
        var table = try CSVTable(file.bytes)
        guard let header = try table.next() else { throw LFWError.nothingInside(file: file.path, what: "scores") }
        guard header.fields.map(String.init) == columns else {
            throw LFWError.badLine(
                file: file.path, line: header.line, reason: "the first line has to be \(columns.joined(separator: ","))")
        }
        var (pairs, scores): ([LFWPair], [Float]) = ([], [])
        while let record = try table.next() {
            let fields = record.fields
            guard fields.count == columns.count else {
                throw LFWError.badLine(
                    file: file.path, line: record.line, reason: "\(columns.count) fields are expected, not \(fields.count)")
            }
            // Parsed as double first, as Python does.
            guard let number = NumberText.double(fields[3]), Float(number).magnitude <= greatestMagnitude else {
                throw LFWError.badLine(
                    file: file.path, line: record.line,
                    reason: "the score \(LFWError.shown(fields[3])) is not a cosine, which is a number between -1 and 1")
            }
            pairs.append(
                LFWPair(
                    try PathPairLines.path(fields[0], file.path, record.line), try PathPairLines.path(fields[1], file.path, record.line),
                    isSame: try PathPairLines.label(fields[2], file.path, record.line)))
            scores.append(Float(number))
        }
        guard !pairs.isEmpty else { throw LFWError.nothingInside(file: file.path, what: "scores") }
        return (pairs, scores)
    }

    /// The table as the reference project writes it: 8 decimals, lines ending in CR LF.
    package var csv: [UInt8] {
        var text = CSVTable.line(ScoreTable.columns)
        for (pair, score) in zip(pairs.pairs, scores) {
            text += CSVTable.line([pair.imageA, pair.imageB, pair.isSame ? "1" : "0", NumberText.fixed(Double(score), 8)])
        }
        return Array(text.utf8)
    }
}
