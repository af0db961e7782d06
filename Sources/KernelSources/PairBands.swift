import KernelTypes

/// How the rows of a pair of convolutions are divided into bands, and where a band's scratch memory is.
struct PairBands {
    /// Whether the windows of the first convolution are gathered (see `GatheredWindows`).
    let isThin: Bool
    /// Whether the pixels of a whole image are listed once, for all blocks. If not, each band's are listed again for every group of blocks, as
    /// they must be if gathering replaces their addresses.
    let listsImage: Bool
    /// Blocks of channels that go through all bands together, before others do.
    let blocksAtOnce: Int
    /// Between the convolutions: distances of pixels and rows, in floats.
    let pixelStride, rowStride: Int
    /// Tiles of a band, at most.
    let tiles: Int
    /// Floats of each part of the scratch memory.
    private let middleCount, windowCount, sumCount, listCount, tapCount, tileCount: Int

    init(_ job: ConvolutionPairJob) {
        let middle = job.first.output
        isThin = job.first.hasThinInput
        blocksAtOnce = PairBands.blocksAtOnce(job)
        pixelStride = blocksAtOnce &* blockChannels
        rowStride = middle.width &* pixelStride
        let rows = PairBands.middleRows(job.rowsAtOnce, job)
        let bandPixels = rows &* middle.width
        tiles = bandPixels / WideTile.rowCount &+ 1
        listsImage = !isThin && middle.height &* middle.width <= PairBands.mostListed
        let listedPixels = listsImage ? middle.height &* middle.width : bandPixels
        // The last tile of a band may end after it: the list goes on with the next rows, whose pixels it computes too.
        middleCount = (bandPixels &+ WideTile.rowCount) &* pixelStride
        let taps = job.first.kernelHeight &* job.first.kernelWidth
        windowCount = isThin ? bandPixels &* (taps &* job.first.input.channels &+ laneCount) : 0
        sumCount = WideTile.rowCount &* WideTile.blockCount &* blockChannels
        listCount = (listedPixels &+ WideTile.rowCount) &* PairBands.floats(OutputPixel.self)
        tapCount = taps &* PairBands.floats(Int.self)
        tileCount = tiles &* PairBands.floats(TapRectangle.self)
    }

    /// The largest image, in pixels, that is listed as a whole.
    private static let mostListed = 1 << 14

    /// Floats of all scratch memory; every part begins at a cache line.
    var scratchCount: Int {
        [middleCount, windowCount, sumCount, listCount, tapCount, tileCount].reduce(0) { $0 &+ PairBands.lines($1) }
    }

    /// The parts of the scratch memory.
    struct Scratch {
        let middle, windows: UnsafeMutablePointer<Float>
        let sums: UnsafeMutablePointer<Block>
        let list: UnsafeMutablePointer<OutputPixel>
        let offsets: UnsafeMutablePointer<Int>
        let tiles: UnsafeMutablePointer<TapRectangle>
    }

    func scratch(_ base: UnsafeMutablePointer<Float>) -> Scratch {
        var place = base
        func part<Number>(_ count: Int, _ type: Number.Type) -> UnsafeMutablePointer<Number> {
            defer { place += PairBands.lines(count) }
            return UnsafeMutableRawPointer(place).bindMemory(to: type, capacity: count / max(1, PairBands.floats(type)))
        }
        return Scratch(
            middle: part(middleCount, Float.self), windows: part(windowCount, Float.self), sums: part(sumCount, Block.self),
            list: part(listCount, OutputPixel.self), offsets: part(tapCount, Int.self), tiles: part(tileCount, TapRectangle.self))
    }

    private static func floats<Number>(_ type: Number.Type) -> Int { MemoryLayout<Number>.stride / 4 }

    /// Whole cache lines.
    private static func lines(_ count: Int) -> Int { (count &+ 15) / 16 &* 16 }

    /// The most middle rows that a band of `rows` output rows can need.
    private static func middleRows(_ rows: Int, _ job: ConvolutionPairJob) -> Int {
        min(job.first.output.height, (rows &- 1) &* job.second.strideY &+ (job.second.kernelHeight &- 1) &* job.second.dilationY &+ 1)
    }

    /// Blocks of channels that go through all bands together: two, as AVX-512's tiles have. What is gathered once should serve more of them.
    private static func blocksAtOnce(_ job: ConvolutionPairJob) -> Int { job.first.hasThinInput ? 4 : 2 }

    /// The number of output rows in a band. A band of several rows needs no more middle rows than the first cache has room for, or the second
    /// if windows are gathered. Among such bands, it is the one that wastes the least work in tiles that are not full.
    static func bestRows(_ job: ConvolutionPairJob) -> Int {
        let (height, width) = (job.second.output.height, job.first.output.width)
        let most = (job.first.hasThinInput ? 96 << 10 : 28 << 10) / (4 &* width &* blocksAtOnce(job) &* blockChannels)
        var (best, bestCost, bestPixels) = (1, Int.max, 1)
        for rows in 1...height {
            guard rows == 1 || rows <= most && middleRows(rows, job) <= most else { break }
            let newRows = rows == height ? middleRows(rows, job) : rows &* job.second.strideY
            let pixels = newRows &* width
            let rest = pixels % WideTile.rowCount
            // In quarters of a tile. A band itself costs about one quarter.
            let cost = pixels / WideTile.rowCount &* 4 &+ (rest == 0 ? 0 : rest <= 4 ? 2 : 4) &+ 1
            if bestCost == .max || cost &* bestPixels <= bestCost &* pixels { (best, bestCost, bestPixels) = (rows, cost, pixels) }
        }
        return best
    }
}
