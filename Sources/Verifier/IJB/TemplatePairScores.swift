import ConvertFiles
import ConvertInference

/// The scores of all pairs of templates of a list, the dot products of their vectors: read, computed and divided into the two kinds in one
/// pass over the list.
package struct TemplatePairScores: Sendable {
    /// Scores of pairs of one person, in no particular order.
    var same: [Double] = []
    /// Scores of pairs of different people, in no particular order.
    var different: [Double] = []

    /// Bytes of the list that a thread takes at once.
    private static let partSize = 1 << 20

    /// Throws `IJBError` with the number of the line.
    package init(_ table: TemplateTable, pairs file: MappedFile, threads: Int?) throws {
        let places = Dictionary(uniqueKeysWithValues: table.templates.enumerated().map { ($1, $0) })
        let parts = file.bytes.withUnsafeBytes { ListLines.parts(of: $0, size: TemplatePairScores.partSize) }
        let results = Workers(count: threads).map(parts.count) { part in
            Result { try TemplatePairScores.scores(table, places, file, parts[part]) }
        }
        for result in results {
            let part = try result.get()
            same += part.same
            different += part.different
        }
        guard !same.isEmpty || !different.isEmpty else { throw IJBError.empty(file: file.path) }
        guard !same.isEmpty, !different.isEmpty else { throw IJBError.oneClass(file: file.path, isSame: different.isEmpty) }
        try file.checkUnchanged()
    }

    private init() {}

    private static func scores(_ table: TemplateTable, _ places: [Int: Int], _ file: MappedFile, _ range: Range<Int>) throws
        -> TemplatePairScores
    {
        try file.bytes.withUnsafeBytes { bytes throws in
            try table.vectors.withUnsafeBufferPointer { vectors throws in
                var scores = TemplatePairScores()
                var lines = ListLines(bytes, range)
                while var fields = lines.nextLine() {
                    func line() -> Int { ListLines.number(at: range.lowerBound, in: bytes) + lines.number - 1 }
                    guard let first = fields.wholeNumber(), let second = fields.wholeNumber(), let label = fields.wholeNumber(), label <= 1,
                        fields.isAtEnd()
                    else {
                        throw IJBError.badLine(
                            file: file.path, line: line(), reason: "the numbers of two templates, and 1 or 0 are expected")
                    }
                    guard let one = places[first] else { throw IJBError.unknownTemplate(file: file.path, line: line(), template: first) }
                    guard let other = places[second] else {
                        throw IJBError.unknownTemplate(file: file.path, line: line(), template: second)
                    }
                    let score = dot(vectors, one * table.width, other * table.width, table.width)
                    if label == 1 { scores.same.append(score) } else { scores.different.append(score) }
                }
                return scores
            }
        }
    }

    /// In eight sums, so that none waits for another.
    private static func dot(_ vectors: UnsafeBufferPointer<Double>, _ first: Int, _ second: Int, _ count: Int) -> Double {
        var sums = SIMD8<Double>.zero
        var place = 0
        while place + 8 <= count {
            var (one, other) = (SIMD8<Double>.zero, SIMD8<Double>.zero)
            for lane in 0..<8 {
                one[lane] = vectors[first + place + lane]
                other[lane] = vectors[second + place + lane]
            }
            sums += one * other
            place += 8
        }
        var sum = sums.sum()
        while place < count {
            sum += vectors[first + place] * vectors[second + place]
            place += 1
        }
        return sum
    }
}
