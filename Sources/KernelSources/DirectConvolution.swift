import KernelTypes

/// Convolution straight from the padded input: several output pixels × sixteen output channels at a time, with taps and input channels as
/// the inner loops.
///
/// A pixel's sum has the same order whichever pixels are computed with it, so results do not depend on how work is divided.
@Sendable func directConvolution(_ job: ConvolutionJob, _ pixels: Range<Int>, _ blocks: Range<Int>) {
    guard !pixels.isEmpty else { return }
    let (count, rows) = (pixels.count, WideTile.rowCount)
    withUnsafeTemporaryAllocation(of: OutputPixel.self, capacity: count &+ rows) { list in
        withUnsafeTemporaryAllocation(of: TapRectangle.self, capacity: count / rows &+ 1) { tiles in
            withUnsafeTemporaryAllocation(of: Int.self, capacity: job.kernelHeight &* job.kernelWidth) { offsets in
                guard let list = list.baseAddress, let tiles = tiles.baseAddress, let offsets = offsets.baseAddress else { return }
                listPixels(job, pixels, list, tiles)
                let taps = Taps(job, offsets: offsets)
                if job.hasThinInput {
                    convolveGathered(job, taps, list, tiles, count, blocks)
                } else {
                    convolveBlocks(job, taps, list, tiles, count, blocks)
                }
            }
        }
    }
    if let curve = job.curve { bend(job.output, curve, pixels, blocks) }
}

/// The same after the numbers under all windows were gathered.
private func convolveGathered(
    _ job: ConvolutionJob, _ taps: Taps, _ list: UnsafeMutablePointer<OutputPixel>, _ tiles: UnsafeMutablePointer<TapRectangle>,
    _ count: Int, _ blocks: Range<Int>
) {
    withUnsafeTemporaryAllocation(of: Float.self, capacity: count &* GatheredWindows.stride(taps)) { memory in
        guard let memory = memory.baseAddress else { return }
        GatheredWindows.gather(taps, list, count, to: memory)
        let whole = TapRectangle(firstRow: 0, endRow: 1, firstColumn: 0, endColumn: 1)
        tiles.update(repeating: whole, count: (count &+ WideTile.rowCount &- 1) / WideTile.rowCount)
        withUnsafePointer(to: 0) { offset in
            convolveBlocks(job, Taps(gathering: taps, offset: offset), list, tiles, count, blocks)
        }
    }
}

/// All blocks for the pixels of the list, which has room for a tile's pixels more: rows of the last tile past the end repeat the last pixel,
/// and store the same numbers once more.
private func convolveBlocks(
    _ job: ConvolutionJob, _ taps: Taps, _ list: UnsafeMutablePointer<OutputPixel>, _ tiles: UnsafePointer<TapRectangle>, _ count: Int,
    _ blocks: Range<Int>
) {
    (list + count).update(repeating: list[count &- 1], count: WideTile.rowCount)
    // A register that lies in two cache lines would be stored and loaded more slowly.
    let size = WideTile.rowCount &* WideTile.blockCount &* MemoryLayout<Block>.size
    withUnsafeTemporaryAllocation(byteCount: size, alignment: 64) { memory in
        guard let sums = memory.bindMemory(to: Block.self).baseAddress else { return }
        withUnsafePointer(to: job) { job in
            var block = blocks.lowerBound
            while block < blocks.upperBound {
                let end = min(block &+ WideTile.blockCount, blocks.upperBound)
                convolveTiles(job, taps, UnsafePointer(list), tiles, count, block..<end, of: blocks, sums)
                block = end
            }
        }
    }
}

/// All pixels of the list, for as many blocks as a tile has, or for the last one.
@inline(__always) func convolveTiles(
    _ job: UnsafePointer<ConvolutionJob>, _ taps: Taps, _ list: UnsafePointer<OutputPixel>, _ tiles: UnsafePointer<TapRectangle>,
    _ count: Int, _ blocks: Range<Int>, of all: Range<Int>, _ sums: UnsafeMutablePointer<Block>
) {
    let blockSize = taps.count &* blockChannels
    let weights = job.pointee.weights + blocks.lowerBound &* blockSize
    let next = blocks.upperBound < all.upperBound ? job.pointee.weights + blocks.upperBound &* blockSize : job.pointee.following ?? weights
    let channel = blocks.lowerBound &* blockChannels
    let isShort = taps.hasShortParts && blocks.count == ShortTile.blockCount
    var (first, index) = (0, 0)
    while first < count {
        let tile = isShort ? tileRows(count &- first, ShortTile.self) : tileRows(count &- first, WideTile.self)
        let end = first &+ tile
        let inside = tiles[first / WideTile.rowCount]
        // The first tiles prefetch one block each; one tile alone prefetches both.
        let ahead = WeightsAhead(
            index < blocks.count ? next + index &* blockSize : weights,
            index == 0 && end >= count && blocks.count > 1 ? next + blockSize : weights)
        if tile <= 4 {
            convolveLast(job, taps, list + first, inside, ahead, weights, channel: channel, blocks.count, sums)
        } else if isShort {
            convolve(ShortTile.self, job, taps, list + first, inside, ahead, weights, channel: channel, sums)
        } else if blocks.count == WideTile.blockCount {
            convolve(WideTile.self, job, taps, list + first, inside, ahead, weights, channel: channel, sums)
        } else {
            convolve(MainTile.self, job, taps, list + first, inside, ahead, weights, channel: channel, sums)
        }
        (first, index) = (end, index &+ 1)
    }
}

/// The last few pixels. Not inlined, so that the loop over all others keeps its registers.
@inline(never) private func convolveLast(
    _ job: UnsafePointer<ConvolutionJob>, _ taps: Taps, _ pixels: UnsafePointer<OutputPixel>, _ inside: TapRectangle, _ ahead: WeightsAhead,
    _ weights: UnsafePointer<Float>, channel: Int, _ blockCount: Int, _ sums: UnsafeMutablePointer<Block>
) {
    if blockCount == SmallTile.blockCount {
        convolve(SmallTile.self, job, taps, pixels, inside, ahead, weights, channel: channel, sums)
    } else {
        convolve(Tile4.self, job, taps, pixels, inside, ahead, weights, channel: channel, sums)
    }
}
