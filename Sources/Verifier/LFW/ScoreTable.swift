import Files

/// A score for each pair: what every figure is made from. As a file it is the reference project's `pair_scores.csv`.
public struct ScoreTable: Sendable, Equatable {
    /// The pairs.
    public let pairs: PairList
    /// The cosine of each pair's embeddings, in the order of the pairs.
    public let scores: [Float]

    /// How far above 1 a cosine may come by rounding.
    static let greatestMagnitude: Float = 1.001
    static let columns = ["image_a", "image_b", "label", "cosine_score"]

    /// Scores of pairs.
    /// - Throws: `LFWError.scoreCount` or `.badScore`, for one that is no finite cosine.
    public init(pairs: PairList, scores: [Float]) throws(LFWError) {
        guard scores.count == pairs.pairs.count else { throw .scoreCount(expected: pairs.pairs.count, found: scores.count) }
        if let bad = scores.firstIndex(where: { !($0.magnitude <= ScoreTable.greatestMagnitude) }) {
            let pair = pairs.pairs[bad]
            throw .badScore(pair: bad + 1, imageA: pair.imageA, imageB: pair.imageB, value: "\(scores[bad])")
        }
        (self.pairs, self.scores) = (pairs, scores)
    }

    /// Reads `image_a,image_b,label,cosine_score`; labels and order come from the file, folds by the rule of `FoldAssignment`.
    /// - Parameter folds: how many folds to make of pairs that are not LFW's 6,000.
    /// - Throws: `FileError` or `LFWError`, with the number of the line.
    public init(_ file: MappedFile, folds: Int? = nil) throws {
        let (pairs, scores) = try ScoreTable.rows(file)
        try self.init(pairs: try PairList(pairs, folds: folds, file: file.path), scores: scores)
    }

    /// Pairs and scores without folds, for a table that is only compared with.
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
                    file: file.path, line: record.line, reason: "\(columns.count) fields are wanted, \(fields.count) are there")
            }
            // Through double, as Python reads it.
            guard let number = NumberText.double(fields[3]), Float(number).magnitude <= greatestMagnitude else {
                throw LFWError.badLine(
                    file: file.path, line: record.line,
                    reason: "the score \(LFWError.shown(fields[3])) is no cosine, which is a number between -1 and 1")
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

    /// The table as the reference project writes it: 8 decimals, lines ended by CR LF.
    public var csv: [UInt8] {
        var text = CSVTable.line(ScoreTable.columns)
        for (pair, score) in zip(pairs.pairs, scores) {
            text += CSVTable.line([pair.imageA, pair.imageB, pair.isSame ? "1" : "0", NumberText.fixed(Double(score), 8)])
        }
        return Array(text.utf8)
    }
}
