import CCPU
import KernelTypes

/// Convolution straight from the padded input: several output pixels × sixteen output channels at a time, with taps and input channels as
/// the inner loops.
///
/// A pixel's sum has the same order whichever pixels are computed with it, so results do not depend on how work is divided.
@Sendable func directConvolution(_ job: ConvolutionJob, _ pixels: Range<Int>, _ blocks: Range<Int>) {
    guard !pixels.isEmpty else { return }
    let count = pixels.count
    withUnsafeTemporaryAllocation(of: OutputPixel.self, capacity: count) { list in
        guard let list = list.baseAddress else { return }
        listPixels(job, pixels, list)
        joinTaps(list, count)
        let shares = (count &+ MainTile.rowCount &- 1) / MainTile.rowCount
        withTaps(job) { taps in
            for block in blocks {
                let blockSize = taps.count &* blockChannels
                let nextBlock = block &+ 1 < blocks.upperBound ? block &+ 1 : blocks.lowerBound
                let weights = job.weights + block &* blockSize
                let finish = BlockFinish(job, channel: block &* blockChannels)
                var first = 0
                while first < count {
                    let tile = tileRows(count &- first)
                    let next = first &+ tile
                    let ahead = Ahead(
                        // Only the first block meets inputs that are not in any cache yet.
                        pixels: list + next, pixelCount: block == blocks.lowerBound ? tileRows(count &- next) : 0,
                        weights: job.weights + nextBlock &* blockSize, share: first / MainTile.rowCount, shares: shares)
                    if tile <= 4 {
                        convolve(Tile4.self, taps, list + first, tile, ahead, weights, finish)
                    } else {
                        convolve(MainTile.self, taps, list + first, tile, ahead, weights, finish)
                    }
                    first = next
                }
            }
        }
    }
    if let curve = job.curve { bend(job.output, curve, pixels, blocks) }
}

/// What to prefetch while a tile is computed: inputs of the next tile's pixels, and this tile's share of the next block's weights.
private struct Ahead {
    let pixels: UnsafePointer<OutputPixel>
    let pixelCount: Int
    let weights: UnsafePointer<Float>
    /// This tile prefetches every `shares`-th weight row, beginning with row `share`.
    let share, shares: Int

    /// Prefetches for a range of one tap's channels.
    @inline(__always) func prefetch(_ taps: Taps, _ tap: Int, _ first: Int, _ end: Int) {
        for index in 0..<pixelCount {
            let place = pixels[index].input + taps.offsets[tap]
            var channel = first
            while channel < end {
                convert_prefetch_early(place + channel)
                channel &+= blockChannels
            }
        }
        var channel = first &+ share
        while channel < end {
            convert_prefetch_early(weights + (tap &* taps.channels &+ channel) &* blockChannels)
            channel &+= shares
        }
    }
}

/// Gives the first pixel of each tile the union of the tile's taps.
@inline(__always) private func joinTaps(_ list: UnsafeMutablePointer<OutputPixel>, _ count: Int) {
    var first = 0
    while first < count {
        let end = first &+ tileRows(count &- first)
        for pixel in first..<end { list[first].taps.formUnion(list[pixel].taps) }
        first = end
    }
}

/// How a kernel's taps lie in the input.
private struct Taps {
    let rows, columns, channels, partialTerms: Int
    /// Offset of each tap from a pixel's input, in floats.
    let offsets: UnsafePointer<Int>
    /// The offset of each product, if there are so few channels that a loop over them would cost more than their products.
    let termOffsets: UnsafePointer<Int>?

    /// The number of products in a sum.
    @inline(__always) var count: Int { rows &* columns &* channels }
}

@inline(__always) private func withTaps(_ job: ConvolutionJob, _ body: (Taps) -> Void) {
    let (input, count) = (job.input, job.kernelHeight &* job.kernelWidth)
    let terms = count &* input.channels
    let isThin = input.channels < laneCount && terms <= job.partialTerms
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

/// One tile of pixels; rows past the end repeat the last one and are not stored.
@inline(__always) private func convolve<Tile: MultiplyTile>(
    _ type: Tile.Type, _ taps: Taps, _ pixels: UnsafePointer<OutputPixel>, _ count: Int, _ ahead: Ahead,
    _ weights: UnsafePointer<Float>, _ finish: BlockFinish
) {
    for index in 0..<count { finish.prefetch(output: pixels[index].output, residual: pixels[index].residual) }
    // Here and below a comparison and not `min`, which the compiler would call: the loops are too large for it to be inlined.
    let rows = Tile.rows { pixels[$0 < count ? $0 : count &- 1].input }
    var total = Tile()
    if let offsets = taps.termOffsets {
        total.add(rows, offsets, weights, taps.count)
    } else {
        addTaps(&total, rows, taps, pixels.pointee.taps, ahead, weights)
    }
    total.forEach { index, sum in
        if index < count { finish.put(sum, output: pixels[index].output, residual: pixels[index].residual) }
    }
}

/// Adds partial sums of at most `partialTerms` products each to a total, because one long chain of additions loses more accuracy than many
/// short ones. The boundaries do not depend on which taps are skipped.
@inline(__always) private func addTaps<Tile: MultiplyTile>(
    _ total: inout Tile, _ rows: Tile.Rows, _ taps: Taps, _ inside: TapRectangle, _ ahead: Ahead,
    _ weights: UnsafePointer<Float>
) {
    let channels = taps.channels
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
                part.add(rows, taps.offsets[tap], weights + tap &* channels &* blockChannels, channels)
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
                part.add(rows, taps.offsets[tap] &+ done, weights + (tap &* channels &+ done) &* blockChannels, count)
                total += part
                done &+= count
            }
        }
    }
}
