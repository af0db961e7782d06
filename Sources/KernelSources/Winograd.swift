import CCPU
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
    let (channels, count) = (job.input.paddedChannels, tiles.count)
    // The 36 matrices are one cache line further apart than they are long: at multiples of 4,096 bytes all of them would compete for the
    // same few cache lines.
    let inputStep = count &* layout.channels &+ winogradGap
    let sumStep = count &* blockChannels &+ winogradGap
    for index in 0..<count {
        transformInput(job, tiles.lowerBound &+ index, layout.transformed + index &* layout.channels, inputStep, layout.middle)
    }
    let blockSize = channels &* blockChannels
    let end = job.images &* job.tileRows &* job.tileColumns
    for block in blocks {
        let finish = Finish(job, channel: block &* blockChannels)
        for position in 0..<36 {
            // While the processor multiplies, the memory that the transforms will read and write is prefetched.
            for index in position &* count / 36..<(position &+ 1) &* count / 36 {
                prefetchOutput(job, tiles.lowerBound &+ index, finish)
                let next = tiles.upperBound &+ index
                if block == blocks.lowerBound, next < end { prefetchInput(job, next) }
            }
            let weights = job.weights + (block &* 36 &+ position) &* blockSize
            let isLast = position == 35 && block &+ 1 == blocks.upperBound
            multiplyTiles(
                UnsafePointer(layout.transformed + position &* inputStep), layout.channels, weights, channels,
                layout.sums + position &* sumStep, count, ahead: isLast ? job.following ?? weights : weights + blockSize)
        }
        for index in 0..<count {
            var inner = 0
            while inner < blockChannels, block &* blockChannels &+ inner < job.output.paddedChannels {
                transformOutput(
                    job, tiles.lowerBound &+ index, UnsafePointer(layout.sums + (index &* blockChannels &+ inner)), sumStep,
                    block &* blockChannels &+ inner, layout.middle)
                inner &+= Vector.scalarCount
            }
        }
    }
    if let curve = job.curve { bend(job, curve, tiles, blocks) }
}

/// All tiles times sixteen output channels, at one of the 36 positions.
@inline(__always) private func multiplyTiles(
    _ inputs: UnsafePointer<Float>, _ stride: Int, _ weights: UnsafePointer<Float>, _ channels: Int, _ sums: UnsafeMutablePointer<Float>,
    _ count: Int, ahead: UnsafePointer<Float>
) {
    var first = 0
    while first < count {
        let tile = tileRows(count &- first)
        let (rows, target) = (inputs + first &* stride, sums + first &* blockChannels)
        // The first tile prefetches the next weights, for which the next position's first tile would wait.
        let ahead = first == 0 ? ahead : weights
        if tile <= 4 {
            multiplyTiles(Tile4.self, rows, stride, weights, channels, target, tile, ahead: ahead)
        } else {
            multiplyTiles(MainTile.self, rows, stride, weights, channels, target, tile, ahead: ahead)
        }
        first &+= tile
    }
}

@inline(__always) private func multiplyTiles<Tile: MultiplyTile>(
    _ type: Tile.Type, _ inputs: UnsafePointer<Float>, _ stride: Int, _ weights: UnsafePointer<Float>, _ channels: Int,
    _ sums: UnsafeMutablePointer<Float>, _ count: Int, ahead: UnsafePointer<Float>
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
        part.add(rows, done, weights + done &* blockChannels, blockStride: 0, terms, ahead: WeightsAhead(ahead + done &* blockChannels))
        total += part
        done &+= terms
    }
    total.forEach { index, _, sum in
        if index < count { target[index] = sum }
    }
}

/// Products in one partial sum.
private let winogradTerms = 24

/// The most tiles per call: more of them share each weight, but need more of the L2 cache.
@Sendable func winogradTiles(channels: Int) -> Int { channels <= 96 ? 36 : channels < 256 ? 48 : 72 }

/// Floats between two of the 36 matrices in scratch memory.
private let winogradGap = 16

/// Layout of the scratch memory: transformed inputs, 36 × tiles × channels; sums of one block, 36 × tiles × 16; a tile between its two
/// axes.
private struct WinogradScratch {
    let channels: Int
    let transformed, sums, middle: UnsafeMutablePointer<Float>

    @inline(__always) init(channels: Int, _ base: UnsafeMutablePointer<Float>) {
        self.channels = WinogradScratch.padded(channels)
        let tiles = winogradTiles(channels: channels)
        transformed = base
        sums = transformed + 36 &* (tiles &* self.channels &+ winogradGap)
        middle = sums + 36 &* (tiles &* blockChannels &+ winogradGap)
    }

    /// Floats from one tile to the next: an odd number of cache lines, so that the rows of a tile do not all compete for the same few.
    static func padded(_ channels: Int) -> Int { ((channels + blockChannels - 1) / blockChannels | 1) * blockChannels }

    static func count(channels: Int) -> Int {
        36 * (winogradTiles(channels: channels) * (padded(channels) + blockChannels) + 2 * winogradGap) + 36 * blockChannels
    }
}

/// Floats of scratch memory for this number of input channels.
@Sendable func winogradScratch(channels: Int) -> Int { WinogradScratch.count(channels: channels) }
