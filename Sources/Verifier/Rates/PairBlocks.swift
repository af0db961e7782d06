import ConvertFiles

/// A list of pairs of any length, read in blocks: lines of two names and a label, 1 for one person and 0 for different people, separated by
/// spaces or tabs. A line belongs to the block that it begins in, so that blocks can be read apart from each other.
package struct PairBlocks: Sendable {
    /// Bytes of a block.
    private static let size = 4 << 20

    /// The list.
    package let file: MappedFile

    /// Opens a list.
    package init(path: String) throws { file = try MappedFile(path: path) }

    /// How many blocks it has.
    package var count: Int { (file.bytes.count + PairBlocks.size - 1) / PairBlocks.size }

    /// The scores of a block's pairs. Throws `LFWError` with the number of a line that cannot be read.
    package func run(_ block: Int, _ rows: EmbeddingRows) throws -> ScoreRun {
        let (same, different) = try file.bytes.withUnsafeBytes { bytes throws(LFWError) in
            let range = PairBlocks.begin(block, bytes)..<PairBlocks.begin(block + 1, bytes)
            return try rows.withScores { score throws(LFWError) in
                var (same, different): ([Float], [Float]) = ([], [])
                var lines = ListLines(bytes, range)
                while var fields = lines.nextLine() {
                    func bad(_ reason: String) -> LFWError {
                        .badLine(
                            file: file.path, line: ListLines.number(at: range.lowerBound, in: bytes) + lines.number - 1, reason: reason)
                    }
                    guard let first = fields.field(), let second = fields.field(), let label = fields.field(), fields.isAtEnd(),
                        label.count == 1, label[0] == 0x30 || label[0] == 0x31
                    else { throw bad("two \(rows.naming), and 1 or 0 are expected") }
                    guard let one = rows.row(first) else { throw bad("there is no embedding of \(PairBlocks.text(first))") }
                    guard let other = rows.row(second) else { throw bad("there is no embedding of \(PairBlocks.text(second))") }
                    if label[0] == 0x31 { same.append(score(one, other)) } else { different.append(score(one, other)) }
                }
                return (same, different)
            }
        }
        let start = min(block * PairBlocks.size, file.bytes.count)
        try file.bytes.window(at: start, count: min(PairBlocks.size, file.bytes.count - start)).letGo()
        return ScoreRun(same: same, different: different)
    }

    private static func text(_ field: UnsafeRawBufferPointer) -> String { LFWError.shown(String(decoding: field, as: UTF8.self)) }

    /// Where the first line begins that begins in this block or later.
    private static func begin(_ block: Int, _ bytes: UnsafeRawBufferPointer) -> Int {
        var place = min(block * size, bytes.count)
        while place > 0, place < bytes.count, bytes[place - 1] != 0x0A { place += 1 }
        return place
    }
}
