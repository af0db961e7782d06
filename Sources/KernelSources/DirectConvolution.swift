import CCPU
import KernelTypes

/// Convolution straight from the padded input: several output pixels × sixteen output channels at a time, with taps and input channels as
/// the inner loops.
///
/// A pixel's sum has the same order whichever pixels are computed with it, so results do not depend on how work is divided.
@Sendable func directConvolution(_ job: ConvolutionJob, _ pixels: Range<Int>, _ blocks: Range<Int>) {
    guard !pixels.isEmpty else { return }
    withPixels(job, pixels) { list, tiles in
        withTaps(job) { taps in
            withUnsafeTemporaryAllocation(of: Block.self, capacity: WideTile.rowCount &* WideTile.blockCount) { sums in
                guard let sums = sums.baseAddress else { return }
                // With inputs at offsets of their own, two blocks would not leave enough registers for addresses.
                let atOnce = taps.termOffsets == nil ? WideTile.blockCount : 1
                var block = blocks.lowerBound
                while block < blocks.upperBound {
                    let end = min(block &+ atOnce, blocks.upperBound)
                    convolveTiles(job, taps, list, tiles, pixels.count, block..<end, of: blocks, sums)
                    block = end
                }
            }
        }
    }
    if let curve = job.curve { bend(job.output, curve, pixels, blocks) }
}

/// Lists the pixels, and the taps of each tile of them. Rows of the last tile past the end repeat the last pixel: they store the same numbers
/// once more.
@inline(__always) private func withPixels(
    _ job: ConvolutionJob, _ pixels: Range<Int>, _ body: (UnsafePointer<OutputPixel>, UnsafePointer<TapRectangle>) -> Void
) {
    let (count, rows) = (pixels.count, WideTile.rowCount)
    withUnsafeTemporaryAllocation(of: OutputPixel.self, capacity: count &+ rows) { list in
        withUnsafeTemporaryAllocation(of: TapRectangle.self, capacity: count / rows &+ 1) { tiles in
            guard let list = list.baseAddress, let tiles = tiles.baseAddress else { return }
            listPixels(job, pixels, list, tiles)
            for row in 0..<rows { list[count &+ row] = list[count &- 1] }
            body(list, tiles)
        }
    }
}

/// All pixels of the list, for as many blocks as a tile has, or for the last one.
@inline(__always) private func convolveTiles(
    _ job: ConvolutionJob, _ taps: Taps, _ list: UnsafePointer<OutputPixel>, _ tiles: UnsafePointer<TapRectangle>, _ count: Int,
    _ blocks: Range<Int>, of all: Range<Int>, _ sums: UnsafeMutablePointer<Block>
) {
    let blockSize = taps.count &* blockChannels
    let weights = job.weights + blocks.lowerBound &* blockSize
    let next = blocks.upperBound < all.upperBound ? job.weights + blocks.upperBound &* blockSize : job.following ?? weights
    let channel = blocks.lowerBound &* blockChannels
    var first = 0
    while first < count {
        let tile = tileRows(count &- first)
        let end = first &+ tile
        let (index, inside) = (first / WideTile.rowCount, tiles[first / WideTile.rowCount])
        let ahead = Ahead(
            // Only the first blocks meet inputs that are not in any cache yet.
            pixels: list + end, pixelCount: blocks.lowerBound == all.lowerBound ? tileRows(count &- end) : 0,
            // The first tiles prefetch one block each; one tile alone prefetches both.
            weights: WeightsAhead(
                index < blocks.count ? next + index &* blockSize : weights,
                index == 0 && end >= count && blocks.count > 1 ? next + blockSize : weights))
        if tile <= 4 {
            convolveLast(job, taps, list + first, inside, ahead, weights, channel: channel, blocks.count, sums)
        } else if blocks.count == WideTile.blockCount {
            convolve(WideTile.self, job, taps, list + first, inside, ahead, weights, channel: channel, sums)
        } else {
            convolve(MainTile.self, job, taps, list + first, inside, ahead, weights, channel: channel, sums)
        }
        first = end
    }
}

/// The last few pixels. Not inlined, so that the loop over all others keeps its registers.
@inline(never) private func convolveLast(
    _ job: ConvolutionJob, _ taps: Taps, _ pixels: UnsafePointer<OutputPixel>, _ inside: TapRectangle, _ ahead: Ahead,
    _ weights: UnsafePointer<Float>, channel: Int, _ blockCount: Int, _ sums: UnsafeMutablePointer<Block>
) {
    if blockCount == SmallTile.blockCount {
        convolve(SmallTile.self, job, taps, pixels, inside, ahead, weights, channel: channel, sums)
    } else {
        convolve(Tile4.self, job, taps, pixels, inside, ahead, weights, channel: channel, sums)
    }
}

/// What to prefetch while a tile is computed: inputs of the next tile's pixels, and the next blocks' weights.
private struct Ahead {
    let pixels: UnsafePointer<OutputPixel>
    let pixelCount: Int
    let weights: WeightsAhead

    /// Prefetches inputs for a range of one tap's channels.
    @inline(__always) func prefetch(_ taps: Taps, _ tap: Int, _ first: Int, _ end: Int) {
        for index in 0..<pixelCount {
            let place = pixels[index].input + taps.offsets[tap]
            var channel = first
            while channel < end {
                convert_prefetch_early(place + channel)
                channel &+= blockChannels
            }
        }
    }
}

/// How a kernel's taps lie in the input.
private struct Taps {
    let rows, columns, channels, partialTerms: Int
    /// Offset of each tap from a pixel's input, in floats.
    let offsets: UnsafePointer<Int>
    /// The offset of each product, if there are so few channels that a loop over them would cost more than their products.
    let termOffsets: UnsafePointer<Int>?

    /// Whether all products are of one tap and join one partial sum.
    @inline(__always) var isOnePart: Bool { rows &* columns == 1 && channels <= partialTerms && termOffsets == nil }

    /// The number of products in a sum.
    @inline(__always) var count: Int { rows &* columns &* channels }
}

@inline(__always) private func withTaps(_ job: ConvolutionJob, _ body: (Taps) -> Void) {
    let (input, count) = (job.input, job.kernelHeight &* job.kernelWidth)
    let terms = count &* input.channels
    let isThin = input.channels < laneCount && terms <= mostTermOffsets
    withUnsafeTemporaryAllocation(of: Int.self, capacity: count &+ (isThin ? terms : 0)) { memory in
        guard let offsets = memory.baseAddress else { return }
        for row in 0..<job.kernelHeight {
            for column in 0..<job.kernelWidth {
                let tap = row &* job.kernelWidth &+ column
                offsets[tap] =
                    (row &* job.dilationY &- job.paddingTop) &* input.rowStride
                    &+ (column &* job.dilationX &- job.paddingLeft) &* input.pixelStride
                if isThin {
                    for channel in 0..<input.channels { offsets[count &+ tap &* input.channels &+ channel] = offsets[tap] &+ channel }
                }
            }
        }
        body(
            Taps(
                rows: job.kernelHeight, columns: job.kernelWidth, channels: input.channels, partialTerms: job.partialTerms,
                offsets: UnsafePointer(offsets), termOffsets: isThin ? UnsafePointer(offsets + count) : nil))
    }
}

/// One tile of pixels, for as many blocks as the tile has.
@inline(__always) private func convolve<Tile: MultiplyTile>(
    _ type: Tile.Type, _ job: ConvolutionJob, _ taps: Taps, _ pixels: UnsafePointer<OutputPixel>, _ inside: TapRectangle, _ ahead: Ahead,
    _ weights: UnsafePointer<Float>, channel: Int, _ sums: UnsafeMutablePointer<Block>
) {
    prefetchOutput(job, pixels, Tile.rowCount, channel, Tile.blockCount)
    let rows = Tile.rows { pixels[$0].input }
    if taps.isOnePart {
        storePart(type, rows, taps, ahead, weights, sums)
    } else {
        var total = Tile()
        if let offsets = taps.termOffsets {
            addTerms(&total, rows, taps, offsets, weights)
        } else {
            addTaps(&total, rows, taps, inside, ahead, weights)
        }
        total.forEach { row, block, sum in sums[block &* Tile.rowCount &+ row] = sum }
    }
    for block in 0..<Tile.blockCount {
        finishBlock(job, channel: channel &+ block &* blockChannels, sums + block &* Tile.rowCount, pixels, Tile.rowCount)
    }
}

/// A sum that is one part. Not inlined, so that it has all registers.
@inline(never) private func storePart<Tile: MultiplyTile>(
    _ type: Tile.Type, _ rows: Tile.Rows, _ taps: Taps, _ ahead: Ahead, _ weights: UnsafePointer<Float>, _ sums: UnsafeMutablePointer<Block>
) {
    ahead.prefetch(taps, 0, 0, taps.channels)
    var part = Tile()
    part.add(rows, taps.offsets[0], weights, blockStride: taps.count &* blockChannels, taps.channels, ahead: ahead.weights)
    part.forEach { row, block, sum in sums[block &* Tile.rowCount &+ row] = sum }
}

/// Prefetches the memory that finishing a tile will access.
@inline(__always) private func prefetchOutput(
    _ job: ConvolutionJob, _ pixels: UnsafePointer<OutputPixel>, _ rows: Int, _ channel: Int, _ blocks: Int
) {
    for block in 0..<blocks {
        let output = job.output.base + (channel &+ block &* blockChannels)
        for row in 0..<rows { convert_prefetch(output + pixels[row].output) }
        guard let residual = job.residual else { continue }
        let place = residual.base + (channel &+ block &* blockChannels)
        for row in 0..<rows { convert_prefetch(place + pixels[row].residual) }
    }
}

/// Offsets of products that are kept, at most: those of a first layer.
private let mostTermOffsets = 1024

/// The same sums as `addTaps` gives, without a loop for each tap; products with padding are not left out.
@inline(__always) private func addTerms<Tile: MultiplyTile>(
    _ total: inout Tile, _ rows: Tile.Rows, _ taps: Taps, _ offsets: UnsafePointer<Int>, _ weights: UnsafePointer<Float>
) {
    let (count, perPart) = (taps.count, max(1, taps.partialTerms / taps.channels) &* taps.channels)
    var done = 0
    while done < count {
        let terms = perPart < count &- done ? perPart : count &- done
        var part = Tile()
        part.add(rows, offsets + done, weights + done &* blockChannels, blockStride: count &* blockChannels, terms)
        total += part
        done &+= terms
    }
}

/// Adds partial sums of at most `partialTerms` products each to a total, because one long chain of additions loses more accuracy than many
/// short ones. The boundaries do not depend on which taps are skipped.
@inline(__always) private func addTaps<Tile: MultiplyTile>(
    _ total: inout Tile, _ rows: Tile.Rows, _ taps: Taps, _ inside: TapRectangle, _ ahead: Ahead,
    _ weights: UnsafePointer<Float>
) {
    let (channels, blockStride) = (taps.channels, taps.count &* blockChannels)
    if channels <= taps.partialTerms {
        // As many whole taps as fit.
        let perPart = taps.partialTerms / channels
        var (part, partEnd) = (Tile(), perPart)
        for row in inside.firstRow..<inside.endRow {
            for column in inside.firstColumn..<inside.endColumn {
                let tap = row &* taps.columns &+ column
                if tap >= partEnd {
                    total += part
                    part = Tile()
                    partEnd = (tap / perPart &+ 1) &* perPart
                }
                ahead.prefetch(taps, tap, 0, channels)
                let place = tap &* channels &* blockChannels
                part.add(rows, taps.offsets[tap], weights + place, blockStride: blockStride, channels, ahead: ahead.weights + place)
            }
        }
        total += part
        return
    }
    // Equal parts of one tap.
    let parts = (channels &+ taps.partialTerms &- 1) / taps.partialTerms
    let perPart = (channels &+ parts &- 1) / parts
    for row in inside.firstRow..<inside.endRow {
        for column in inside.firstColumn..<inside.endColumn {
            let tap = row &* taps.columns &+ column
            var done = 0
            while done < channels {
                let count = perPart < channels &- done ? perPart : channels &- done
                ahead.prefetch(taps, tap, done, done &+ count)
                var part = Tile()
                let place = (tap &* channels &+ done) &* blockChannels
                part.add(
                    rows, taps.offsets[tap] &+ done, weights + place, blockStride: blockStride, count, ahead: ahead.weights + place)
                total += part
                done &+= count
            }
        }
    }
}
