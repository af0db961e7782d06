import ConvertFiles

/// Embeddings that stay in their file: rows of an `.npz` under their paths, or rows of an `.npy` under their numbers from 0.
package struct EmbeddingRows: Sendable {
    /// Rows, and numbers of each.
    package let count, width: Int
    /// SHA-256 of the file.
    package let digest: SHA256Digest
    private let file: MappedFile
    private let bytes: ByteView
    /// What each row is divided by to get unit length.
    private let lengths: [Double]
    private let paths: PathRows?

    /// Rows this close to unit length are left as they are, as in a table of embeddings.
    private static let unitTolerance = 1e-6

    /// Throws `LFWError.notEmbeddings` for anything but rows of float32, `.badEmbedding` for a row without length.
    package init(_ file: MappedFile) throws {
        self.file = file
        digest = SHA256Digest(of: file.bytes)
        let array: NumpyArray
        if EmbeddingArchive.recognizes(file) {
            let archive = try EmbeddingArchive(file)
            array = try archive.embeddings()
            paths = try PathRows(try archive.paths(), file: file.path)
        } else {
            array = try NumpyArray(file)
            paths = nil
        }
        guard array.shape.count == 2, array.shape[0] > 0, array.shape[1] > 0, let rows = array.plainFloats else {
            throw LFWError.notEmbeddings(
                file: file.path, reason: "the array is \(array.element.name) of shape \(array.shape), not images × numbers in float32")
        }
        (count, width, bytes) = (array.shape[0], array.shape[1], rows)
        if let paths, paths.count != count {
            throw LFWError.notEmbeddings(file: file.path, reason: "\(paths.count) paths and \(count) embeddings")
        }
        let (count, width, path) = (count, width, file.path)
        lengths = try rows.withUnsafeBytes { raw throws(LFWError) in
            var lengths: [Double] = []
            lengths.reserveCapacity(count)
            for row in 0..<count {
                var squares = 0.0
                for column in 0..<width {
                    let number = Double(raw.loadUnaligned(fromByteOffset: (row * width + column) * 4, as: Float.self))
                    squares += number * number
                }
                let length = squares.squareRoot()
                guard length.isFinite else { throw .badEmbedding(file: path, path: "row \(row)", reason: "is not finite") }
                guard length > 0 else { throw .badEmbedding(file: path, path: "row \(row)", reason: "is all zeros") }
                lengths.append((length - 1).magnitude <= EmbeddingRows.unitTolerance ? 1 : length)
            }
            return lengths
        }
        rows.letGo()
    }

    /// What a list of pairs calls the rows.
    package var naming: String { paths == nil ? "row numbers" : "paths" }

    /// Throws if the file changed since it was opened.
    package func checkUnchanged() throws(FileError) { try file.checkUnchanged() }

    /// The row that a list of pairs names; nil if there is none.
    func row(_ field: UnsafeRawBufferPointer) -> Int? {
        if let paths { return paths.row(field) }
        var number = 0
        guard 1...12 ~= field.count else { return nil }
        for byte in field {
            guard 0x30...0x39 ~= byte else { return nil }
            number = number * 10 + Int(byte - 0x30)
        }
        return number < count ? number : nil
    }

    /// Gives `body` the score of two rows: the dot product at unit length, summed in double precision from first to last and rounded once, as
    /// a table of embeddings has it.
    func withScores<Result, Failure: Error>(
        _ body: (_ score: (Int, Int) -> Float) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try bytes.withUnsafeBytes { raw throws(Failure) in
            try body { first, second in
                var sum = 0.0
                let (one, other) = (first * width * 4, second * width * 4)
                let (lengthOne, lengthOther) = (lengths[first], lengths[second])
                if lengthOne == 1, lengthOther == 1 {
                    for place in stride(from: 0, to: 4 * width, by: 4) {
                        sum +=
                            Double(raw.loadUnaligned(fromByteOffset: one + place, as: Float.self))
                            * Double(raw.loadUnaligned(fromByteOffset: other + place, as: Float.self))
                    }
                } else {
                    for place in stride(from: 0, to: 4 * width, by: 4) {
                        let left = Float(Double(raw.loadUnaligned(fromByteOffset: one + place, as: Float.self)) / lengthOne)
                        let right = Float(Double(raw.loadUnaligned(fromByteOffset: other + place, as: Float.self)) / lengthOther)
                        sum += Double(left) * Double(right)
                    }
                }
                return Float(sum)
            }
        }
    }
}

/// The row of each path, by the path's bytes, in little more memory than the paths themselves.
struct PathRows: Sendable {
    private let bytes: [UInt8]
    /// Where each path begins, and where the last one ends.
    private let starts: [Int]
    /// Open addressing: a row and 1, or 0 for a place that is free.
    private let slots: [UInt32]

    var count: Int { starts.count - 1 }

    /// Throws `LFWError.embeddingTwice` for a path that is there twice.
    init(_ paths: [String], file: String) throws(LFWError) {
        var (bytes, starts): ([UInt8], [Int]) = ([], [0])
        starts.reserveCapacity(paths.count + 1)
        for path in paths {
            bytes += path.utf8
            starts.append(bytes.count)
        }
        var size = 16
        while size < 2 * paths.count { size *= 2 }
        guard paths.count < Int(UInt32.max) else { throw .notEmbeddings(file: file, reason: "\(paths.count) paths are too many") }
        var slots = [UInt32](repeating: 0, count: size)
        for row in paths.indices {
            let found = bytes.withUnsafeBytes {
                PathRows.slot(UnsafeRawBufferPointer(rebasing: $0[starts[row]..<starts[row + 1]]), $0, starts, slots)
            }
            guard slots[found] == 0 else { throw .embeddingTwice(file: file, path: paths[row]) }
            slots[found] = UInt32(row + 1)
        }
        (self.bytes, self.starts, self.slots) = (bytes, starts, slots)
    }

    func row(_ path: UnsafeRawBufferPointer) -> Int? {
        let slot = bytes.withUnsafeBytes { PathRows.slot(path, $0, starts, slots) }
        return slots[slot] == 0 ? nil : Int(slots[slot]) - 1
    }

    /// The place of a path, or the free one where it would be. At least half of the places are free.
    private static func slot(
        _ path: UnsafeRawBufferPointer, _ bytes: UnsafeRawBufferPointer, _ starts: [Int], _ slots: [UInt32]
    ) -> Int {
        // FNV-1a, with its high bits folded in.
        var hash: UInt64 = 14_695_981_039_346_656_037
        for byte in path { hash = (hash ^ UInt64(byte)) &* 1_099_511_628_211 }
        var place = Int(truncatingIfNeeded: hash ^ hash >> 32) & (slots.count - 1)
        while slots[place] != 0 {
            let row = Int(slots[place]) - 1
            if bytes[starts[row]..<starts[row + 1]].elementsEqual(path) { return place }
            place = (place + 1) & (slots.count - 1)
        }
        return place
    }
}
