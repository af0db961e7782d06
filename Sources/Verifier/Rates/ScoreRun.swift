import ConvertFiles

/// Distinct scores from the highest down, each with how many pairs of one person and of different people have it: a histogram of exact
/// scores. Histograms of parts of a list are merged to that of the list without any loss.
///
/// As bytes: for each score its bits, then both counts, each in 32 bits with the lowest byte first.
package struct ScoreRun: Sendable {
    /// The bytes of one score.
    package static let stride = 12
    /// More pairs than a count holds.
    package static let pairLimit = Int(UInt32.max)

    /// All of it.
    package private(set) var bytes: [UInt8] = []
    /// How many distinct scores there are.
    package var count: Int { bytes.count / ScoreRun.stride }

    /// - Parameters:
    ///   - same: scores of pairs of one person, in any order; none is NaN.
    ///   - different: scores of pairs of different people.
    package init(same: [Float], different: [Float]) {
        let (same, different) = (same.sorted(by: >), different.sorted(by: >))
        var (one, other) = (0, 0)
        while one < same.count || other < different.count {
            let score = max(one < same.count ? same[one] : -.infinity, other < different.count ? different[other] : -.infinity)
            let (firstOne, firstOther) = (one, other)
            while one < same.count, same[one] == score { one += 1 }
            while other < different.count, different[other] == score { other += 1 }
            // 0 and -0 are one score.
            for number in [(score == 0 ? 0 : score).bitPattern, UInt32(clamping: one - firstOne), UInt32(clamping: other - firstOther)] {
                withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
            }
        }
    }

    /// One score and its counts.
    package struct Entry: Sendable, Equatable {
        package let score: Float
        package let same: Int
        package let different: Int
    }

    /// Reads runs from bytes, one entry at a time.
    struct Cursor {
        private let bytes: ByteView
        private var at = 0
        /// The entry that comes next; nil at the end.
        private(set) var next: Entry?

        /// - Throws: `FileError` if the bytes are cut off, `LFWError.notHistogram` if scores do not become lower.
        init(_ bytes: ByteView) throws {
            self.bytes = bytes
            next = try read()
        }

        mutating func advance() throws {
            let last = next
            at += ScoreRun.stride
            // A list of runs is read once, from its beginning to its end.
            if at.isMultiple(of: ScoreRun.stride << 15) {
                try bytes.window(at: at - ScoreRun.stride << 15, count: ScoreRun.stride << 15).letGo()
            }
            next = try read()
            if let last, let next, next.score >= last.score { throw LFWError.notHistogram(file: bytes.name) }
        }

        private func read() throws -> Entry? {
            guard at < bytes.count else { return nil }
            let score = Float(bitPattern: try bytes.integer(at: at, as: UInt32.self))
            // A score that is not a number would come before none and after none.
            guard score.isFinite else { throw LFWError.notHistogram(file: bytes.name) }
            return Entry(
                score: score,
                same: Int(try bytes.integer(at: at + 4, as: UInt32.self)), different: Int(try bytes.integer(at: at + 8, as: UInt32.self)))
        }
    }
}

/// Runs merged to one, from the highest score down, in memory for one entry of each.
package struct MergedRuns {
    /// A binary heap: the run with the highest next score is first.
    private var heap: [ScoreRun.Cursor] = []

    /// - Throws: `FileError` for a run that is cut off, `LFWError.notHistogram` for one that is out of order.
    package init(_ runs: [ByteView]) throws {
        for run in runs {
            let cursor = try ScoreRun.Cursor(run)
            if cursor.next != nil { heap.append(cursor) }
        }
        for index in heap.indices.reversed() { sink(index) }
    }

    private func score(_ index: Int) -> Float { heap[index].next?.score ?? -.infinity }

    private mutating func sink(_ start: Int) {
        var index = start
        while true {
            var highest = index
            for child in [2 * index + 1, 2 * index + 2] where child < heap.count && score(child) > score(highest) { highest = child }
            if highest == index { return }
            heap.swapAt(index, highest)
            index = highest
        }
    }

    /// The next lower score with the counts of all runs; nil at the end.
    package mutating func next() throws -> ScoreRun.Entry? {
        guard let highest = heap.first?.next?.score else { return nil }
        var (same, different) = (0, 0)
        while let entry = heap.first?.next, entry.score == highest {
            same += entry.same
            different += entry.different
            try heap[0].advance()
            if heap[0].next == nil {
                heap.swapAt(0, heap.count - 1)
                heap.removeLast()
            }
            if !heap.isEmpty { sink(0) }
        }
        return ScoreRun.Entry(score: highest, same: same, different: different)
    }
}
