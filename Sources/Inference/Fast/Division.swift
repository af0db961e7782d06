import Kernels

/// Divides a step's work into parts for threads: along the work, and if that gives too few, along the output channels too. Which part
/// an output is in never changes its value.
struct Division: Sendable {
    private let work: Int
    private let step: Int
    private let rows: Int
    private let blocks: Int
    private let perPart: Int
    private let columns: Int

    init(work: Int, step: Int, blocks: Int, workers: Int) {
        self.work = work
        self.step = step
        self.blocks = blocks
        rows = (work + step - 1) / step
        var columns = 1
        // The loops take two blocks at a time, so that a column has two, unless that leaves threads without work.
        if workers > 1 {
            while rows * columns < 4 * workers, columns < blocks / 2 || rows * columns < workers && columns < blocks { columns *= 2 }
        }
        perPart = (blocks + columns - 1) / max(columns, 1)
        self.columns = perPart == 0 ? 0 : (blocks + perPart - 1) / perPart
    }

    var count: Int { rows * columns }

    subscript(_ part: Int) -> (Range<Int>, Range<Int>) {
        let (row, column) = (part % rows, part / rows)
        return (row * step..<min((row + 1) * step, work), column * perPart..<min((column + 1) * perPart, blocks))
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
