import ConvertFiles

/// A unit-length embedding for each image path: the table between embedding and scoring. As a file it is an `.npz`, `.npy` or `.csv`.
package struct EmbeddingTable: Sendable {
    /// Image paths.
    package let paths: [String]
    /// The length of an embedding.
    package let width: Int
    /// All embeddings in the order of the paths, `width` numbers each, of unit length.
    package let values: [Float]
    private let rowOfPath: [ExactText: Int]
    let file: String

    /// Rows this close to unit length are left unchanged: they were normalized in float32, and normalizing again would only round again.
    private static let unitTolerance = 1e-6

    /// Creates a table from embeddings, which are normalized to unit length.
    /// - Parameters:
    /// - values: `paths.count` rows of `width` numbers.
    /// - file: The table's name, for messages.
    /// - Throws: `LFWError` for a duplicate path, a row of zeros, or numbers that are not finite.
    package init(paths: [String], width: Int, values: [Float], file: String) throws(LFWError) {
        try self.init(paths: paths, width: width, numbers: values.map(Double.init), file: file)
    }

    init(paths: [String], width: Int, numbers: [Double], file: String) throws(LFWError) {
        let (count, overflowed) = paths.count.multipliedReportingOverflow(by: width)
        guard !overflowed, width > 0, !paths.isEmpty, count == numbers.count else {
            throw .notEmbeddings(file: file, reason: "\(paths.count) paths and \(numbers.count) numbers, with rows of \(width)")
        }
        var rows: [ExactText: Int] = [:]
        var values: [Float] = []
        values.reserveCapacity(numbers.count)
        for (row, path) in paths.enumerated() {
            guard rows.updateValue(row, forKey: ExactText(path)) == nil else { throw .embeddingTwice(file: file, path: path) }
            let numbers = numbers[row * width..<(row + 1) * width]
            var squares = 0.0
            for number in numbers { squares += number * number }
            let length = squares.squareRoot()
            guard length.isFinite else { throw .badEmbedding(file: file, path: path, reason: "is not finite") }
            guard length > 0 else { throw .badEmbedding(file: file, path: path, reason: "is all zeros") }
            let scale = (length - 1).magnitude <= EmbeddingTable.unitTolerance ? 1 : length
            for number in numbers { values.append(Float(number / scale)) }
        }
        (self.paths, self.width, self.values, self.file) = (paths, width, values, file)
        rowOfPath = rows
    }

    /// The embedding of an image; throws `LFWError.noEmbedding` if there is none.
    package func embedding(of path: String) throws(LFWError) -> ArraySlice<Float> {
        guard let row = rowOfPath[ExactText(path)] else { throw .noEmbedding(file: file, path: path) }
        return values[row * width..<(row + 1) * width]
    }

    /// The score of each pair: the dot product of its embeddings, summed in double precision and rounded to float32 once, so that it does
    /// not depend on the order of summation.
    /// - Throws: `LFWError.noEmbedding` for an image without one.
    package func scores(of pairs: PairList) throws(LFWError) -> ScoreTable {
        var scores: [Float] = []
        scores.reserveCapacity(pairs.pairs.count)
        for pair in pairs.pairs {
            let (first, second) = (try embedding(of: pair.imageA), try embedding(of: pair.imageB))
            scores.append(EmbeddingTable.dot(first, second))
        }
        return try ScoreTable(pairs: pairs, scores: scores)
    }

    private static func dot(_ first: ArraySlice<Float>, _ second: ArraySlice<Float>) -> Float {
        var sum = 0.0
        for (one, other) in zip(first, second) { sum += Double(one) * Double(other) }
        return Float(sum)
    }
}
