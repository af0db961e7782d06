import KernelTypes

/// Winograd convolution F(4×4, 3×3) with the points 0, ±√½, ±√2 and ∞ (Lavin and Gray, arXiv 1509.09308; the points as in Barabasz et al.,
/// arXiv 1803.10986): 36 multiplications give 16 outputs, where the definition needs 144.
///
/// With p = √½ and q = √2 the transforms are, for one axis: Bᵀ from the polynomials ∏(x − aₖ) over the other points, Aᵀ from powers of the
/// points, G (in the packing of weights) from powers over ∏(aⱼ − aₖ). A tile's sums have the same order whichever tiles are computed with
/// it.
@Sendable func winogradConvolution(
    _ job: ConvolutionJob, _ tiles: Range<Int>, _ blocks: Range<Int>, _ scratch: UnsafeMutablePointer<Float>
) {
    let layout = WinogradScratch(channels: job.input.channels, scratch)
    let count = tiles.count
    // The 36 matrices are one cache line further apart than they are long: at multiples of 4,096 bytes all of them would compete for the
    // same few cache lines.
    let inputStep = count &* layout.channels &+ winogradGap
    for index in 0..<count {
        transformInput(job, tiles.lowerBound &+ index, layout.transformed + index &* layout.channels, inputStep, layout.middle)
    }
    var block = blocks.lowerBound
    while block < blocks.upperBound {
        let group = block..<min(block &+ ShortTile.blockCount, blocks.upperBound)
        convolveBlocks(job, layout, tiles, group, of: blocks, inputStep)
        block = group.upperBound
    }
    if let curve = job.curve { bend(job, curve, tiles, blocks) }
}

/// All tiles, for as many blocks as are multiplied together, or for the last one.
@inline(__always) private func convolveBlocks(
    _ job: ConvolutionJob, _ layout: WinogradScratch, _ tiles: Range<Int>, _ blocks: Range<Int>, of all: Range<Int>, _ inputStep: Int
) {
    let (channels, count) = (job.input.paddedChannels, tiles.count)
    let (blockSize, width) = (channels &* blockChannels, blocks.count &* blockChannels)
    let sumStep = count &* width &+ winogradGap
    let end = job.images &* job.tileRows &* job.tileColumns
    let finish = Finish(job, channel: blocks.lowerBound &* blockChannels)
    for position in 0..<36 {
        // While the processor multiplies, the memory that the transforms will read and write is prefetched.
        for index in position &* count / 36..<(position &+ 1) &* count / 36 {
            prefetchOutput(job, tiles.lowerBound &+ index, finish, blocks.count)
            let next = tiles.upperBound &+ index
            if blocks.lowerBound == all.lowerBound, next < end { prefetchInput(job, next) }
        }
        let weights = job.weights + (blocks.lowerBound &* 36 &+ position) &* blockSize
        let isLast = position == 35 && blocks.upperBound == all.upperBound
        let next = position == 35 ? job.weights + blocks.upperBound &* 36 &* blockSize : weights + blockSize
        let ahead = isLast ? job.following ?? weights : next
        let (inputs, sums) = (UnsafePointer(layout.transformed + position &* inputStep), layout.sums + position &* sumStep)
        if blocks.count == ShortTile.blockCount {
            multiplyTiles(
                ShortTile.self, SmallTile.self, inputs, layout.channels, weights, 36 &* blockSize, channels, sums, count, ahead: ahead)
        } else {
            multiplyTiles(MainTile.self, Tile4.self, inputs, layout.channels, weights, 0, channels, sums, count, ahead: ahead)
        }
    }
    for index in 0..<count {
        var inner = 0
        while inner < width, blocks.lowerBound &* blockChannels &+ inner < job.output.paddedChannels {
            transformOutput(
                job, tiles.lowerBound &+ index, UnsafePointer(layout.sums + (index &* width &+ inner)), sumStep,
                blocks.lowerBound &* blockChannels &+ inner, layout.middle)
            inner &+= Vector.scalarCount
        }
    }
}

/// All tiles times the output channels of as many blocks as the tile has, at one of the 36 positions.
@inline(__always) private func multiplyTiles<Tile: MultiplyTile, LastTile: MultiplyTile>(
    _ type: Tile.Type, _ last: LastTile.Type, _ inputs: UnsafePointer<Float>, _ stride: Int, _ weights: UnsafePointer<Float>,
    _ blockStride: Int, _ channels: Int, _ sums: UnsafeMutablePointer<Float>, _ count: Int, ahead: UnsafePointer<Float>
) {
    var first = 0
    while first < count {
        let left = count &- first
        let tile = tileRows(left, type)
        let (rows, target) = (inputs + first &* stride, sums + first &* blockChannels &* Tile.blockCount)
        // The first tiles prefetch the next weights, for which the next position's first tile would wait, one block each: memory gives no more.
        let isOnly = left <= Tile.rowCount && first == 0
        let ahead = WeightsAhead(
            first == 0 ? ahead : weights, isOnly || first == Tile.rowCount ? ahead + blockStride : weights)
        if tile <= 4 {
            multiplyTile(last, rows, stride, weights, blockStride, channels, target, tile, ahead: ahead)
        } else {
            multiplyTile(type, rows, stride, weights, blockStride, channels, target, tile, ahead: ahead)
        }
        first &+= tile
    }
}

/// One tile. Not inlined, so that it has all registers.
@inline(never) private func multiplyTile<Tile: MultiplyTile>(
    _ type: Tile.Type, _ inputs: UnsafePointer<Float>, _ stride: Int, _ weights: UnsafePointer<Float>, _ blockStride: Int, _ channels: Int,
    _ sums: UnsafeMutablePointer<Float>, _ count: Int, ahead: WeightsAhead
) {
    // Rows past the end repeat the last one and are not stored.
    let rows = Tile.rows { inputs + min($0, count &- 1) &* stride }
    let target = UnsafeMutableRawPointer(sums).assumingMemoryBound(to: Block.self)
    var total = Tile()
    var done = 0
    while done < channels {
        // Short sums joined in a total preserve accuracy that a long chain of additions would lose.
        let terms = min(winogradTerms, channels &- done)
        var part = Tile()
        part.add(rows, done, weights + done &* blockChannels, blockStride: blockStride, terms, ahead: ahead + done &* blockChannels)
        total += part
        done &+= terms
    }
    total.forEach { index, block, sum in
        if index < count { target[index &* Tile.blockCount &+ block] = sum }
    }
}

/// Products in one partial sum.
private let winogradTerms = 24

/// The most tiles per call: more of them share each weight, but need more of the L2 cache.
@Sendable func winogradTiles(channels: Int) -> Int { channels <= 96 ? 36 : channels < 256 ? 48 : 72 }

/// Floats between two of the 36 matrices in scratch memory.
private let winogradGap = 16

/// Layout of the scratch memory: transformed inputs, 36 × tiles × channels; sums of the blocks that are multiplied together, 36 × tiles × 16
/// or 32; a tile between its two axes.
private struct WinogradScratch {
    let channels: Int
    let transformed, sums, middle: UnsafeMutablePointer<Float>

    @inline(__always) init(channels: Int, _ base: UnsafeMutablePointer<Float>) {
        self.channels = WinogradScratch.padded(channels)
        let tiles = winogradTiles(channels: channels)
        transformed = base
        sums = transformed + 36 &* (tiles &* self.channels &+ winogradGap)
        middle = sums + 36 &* (tiles &* blockChannels &* ShortTile.blockCount &+ winogradGap)
    }

    /// Floats from one tile to the next: an odd number of cache lines, so that the rows of a tile do not all compete for the same few.
    static func padded(_ channels: Int) -> Int { ((channels + blockChannels - 1) / blockChannels | 1) * blockChannels }

    static func count(channels: Int) -> Int {
        36 * (winogradTiles(channels: channels) * (padded(channels) + blockChannels * ShortTile.blockCount) + 2 * winogradGap) + 36
            * blockChannels
    }
}

/// Floats of scratch memory for this number of input channels.
@Sendable func winogradScratch(channels: Int) -> Int { WinogradScratch.count(channels: channels) }
