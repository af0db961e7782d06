import Kernels

/// Divides a step's work into parts for threads: along its rows, pixels or tiles, and if that gives too few, along the output channels too.
/// Which part an output is in never changes its value.
struct Division: Sendable {
    private let work: Int
    private let unit: Int
    private let units: Int
    private let rows: Int
    private let blocks: Int
    private let perPart: Int
    private let columns: Int

    /// Along the work alone.
    /// - Parameter most: what a part has at most.
    init(work: Int, most: Int, workers: Int) {
        self.init(work: work, most: most, unit: 1, blocks: 1, workers: workers, isAlongWork: true)
    }

    /// - Parameters:
    ///   - most: pixels or tiles of a part, at most; rounded down to whole units, but one.
    ///   - unit: what parts have a multiple of, but for the last.
    ///   - workers: threads, each of which should get a part.
    ///   - isAlongWork: whether each thread gets pixels of its own, whose inputs it wrote itself in the step before, and not channels of its
    ///     own, whose weights no other thread reads then.
    ///   - sharing: steps that threads do side by side, this one included: with others, fewer parts each keep threads busy.
    init(work: Int, most: Int, unit: Int = 4, blocks: Int, workers: Int, isAlongWork: Bool, sharing: Int = 1) {
        self.work = work
        self.unit = unit
        self.blocks = blocks
        units = (work + unit - 1) / unit
        let whole = max(1, most / unit) * unit
        var rows = (work + whole - 1) / whole
        if isAlongWork, workers > 1 {
            // So that the same thread gets about the same rows of an image in every step.
            rows = max(rows, work >= 2 * workers * Division.shortest * unit ? 2 * workers : workers)
            rows = min(units, (rows + workers - 1) / workers * workers)
        }
        var columns = 1
        if workers > 1 {
            let wanted = isAlongWork ? workers : max(1, 4 * workers / sharing)
            // The loops take two blocks at a time, so that a column has two, unless that leaves threads without work.
            while rows * columns < wanted, columns < blocks / 2 || rows * columns < min(workers, wanted) && columns < blocks {
                columns *= 2
            }
        }
        self.rows = rows
        perPart = (blocks + columns - 1) / max(columns, 1)
        self.columns = perPart == 0 ? 0 : (blocks + perPart - 1) / perPart
    }

    /// Units of a part that is not worth dividing.
    private static let shortest = 12

    var count: Int { rows * columns }

    subscript(_ part: Int) -> (Range<Int>, Range<Int>) {
        let (row, column) = (part % rows, part / rows)
        let (start, end) = (row * units / rows * unit, (row + 1) * units / rows * unit)
        return (start..<min(end, work), column * perPart..<min((column + 1) * perPart, blocks))
    }

    /// The images' pixels or tiles, in stretches of at most `step`.
    static func parts(_ images: Range<Int>, of perImage: Int, step: Int) -> some Sequence<Range<Int>> {
        let end = images.upperBound * perImage
        return stride(from: images.lowerBound * perImage, to: end, by: step).lazy.map { $0..<min($0 + step, end) }
    }

    /// Pixels whose input stays in the second cache while all output channels are computed, such that `count` of them are shared out evenly:
    /// a few that are left over would need all weights once more. A multiple of the rows of every path's tiles.
    static func pixelsAtOnce(_ job: ConvolutionJob, of count: Int) -> Int {
        let bytes = job.strideY * job.strideX * job.input.paddedChannels * 4
        let most = max(96, min(384, (384 << 10) / max(bytes, 1)))
        let parts = max(1, (count + most - 1) / most)
        return ((count + parts - 1) / parts + 11) / 12 * 12
    }
}
