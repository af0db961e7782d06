/// LFW's own `pairs.txt`: a header with the number of folds and of pairs of each kind per fold, then for each fold its `name i j` lines
/// (same person) and its `name i name j` lines (different people). An image is `name/name_%04d.jpg`.
///
/// The development lists (`pairsDevTrain.txt`, `pairsDevTest.txt`) have a single number as header and no folds.
enum OfficialPairsText {
    struct Header {
        /// Nil if the header has only one number.
        let folds: Int?
        let pairsOfEachKind: Int
    }

    struct List {
        let pairs: [LFWPair]
        /// The fold of each pair, from 0; nil if the header has no folds.
        let folds: [Int]?
    }

    /// The header, if this line is one: one or two whole numbers and nothing else.
    static func header(_ line: TextLines.Line) -> Header? {
        let fields = line.fields
        let numbers = fields.compactMap { whole($0) }
        guard numbers.count == fields.count, 1...2 ~= numbers.count, let last = numbers.last else { return nil }
        return Header(folds: numbers.count == 2 ? numbers[0] : nil, pairsOfEachKind: last)
    }

    static func read(_ lines: TextLines, header: Header, file: String) throws(LFWError) -> List {
        let body = lines.lines.dropFirst()
        let foldCount = header.folds ?? 1
        let (half, overflowed) = foldCount.multipliedReportingOverflow(by: header.pairsOfEachKind)
        let (total, overflowedTwice) = half.multipliedReportingOverflow(by: 2)
        guard !overflowed, !overflowedTwice, total == body.count, total > 0 else {
            throw .badLine(
                file: file, line: lines.lines.first?.number ?? 1,
                reason: "the header promises \(foldCount) × 2 × \(header.pairsOfEachKind) pairs, but \(body.count) lines follow")
        }
        var pairs: [LFWPair] = []
        var folds: [Int] = []
        for (place, line) in body.enumerated() {
            let inFold = place % (2 * header.pairsOfEachKind)
            let pair = try pair(line, file: file)
            guard pair.isSame == (inFold < header.pairsOfEachKind) else {
                throw .badLine(
                    file: file, line: line.number,
                    reason:
                        "a pair of \(pair.isSame ? "the same person" : "different people") is where the header promises the other kind")
            }
            pairs.append(pair)
            folds.append(place / (2 * header.pairsOfEachKind))
        }
        return List(pairs: pairs, folds: header.folds == nil ? nil : folds)
    }

    private static func pair(_ line: TextLines.Line, file: String) throws(LFWError) -> LFWPair {
        let fields = line.fields
        switch fields.count {
        case 3:
            return LFWPair(
                try path(fields[0], fields[1], line, file), try path(fields[0], fields[2], line, file), isSame: true)
        case 4:
            guard fields[0] != fields[2] else {
                throw .badLine(file: file, line: line.number, reason: "a pair of different people names one person twice")
            }
            return LFWPair(
                try path(fields[0], fields[1], line, file), try path(fields[2], fields[3], line, file), isSame: false)
        default:
            throw .badLine(
                file: file, line: line.number,
                reason: "name and two numbers, or name, number, name, number are expected, not \(fields.count) fields")
        }
    }

    private static func path(_ name: Substring, _ number: Substring, _ line: TextLines.Line, _ file: String) throws(LFWError) -> String {
        guard let index = whole(number), index > 0 else {
            throw .badLine(file: file, line: line.number, reason: "\(LFWError.shown(number)) is not an image number")
        }
        let digits = String(index)
        let padded = String(repeating: "0", count: max(0, 4 - digits.count)) + digits
        return try PathPairLines.path("\(name)/\(name)_\(padded).jpg", file, line.number)
    }

    /// A whole number written in plain digits; nil for other text.
    private static func whole(_ text: Substring) -> Int? {
        guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Int(text)
    }
}
