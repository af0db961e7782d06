import KernelTypes

/// A convolution and the depthwise convolution after it, band by band of rows: what is between them stays in a near cache.
///
/// Every sum has the order that it has if the two are computed one after the other.
@Sendable func convolvePair(
    _ job: ConvolutionPairJob, _ rows: Range<Int>, _ blocks: Range<Int>, _ scratch: UnsafeMutablePointer<Float>
) {
    let bands = PairBands(job)
    let pair = ConvolutionPair(job: job, bands: bands, scratch: bands.scratch(scratch))
    let height = job.second.output.height
    var row = rows.lowerBound
    while row < rows.upperBound {
        let image = row / height
        let first = row &- image &* height
        let end = min(height, first &+ rows.upperBound &- row)
        pair.put(image, first..<end, blocks, isLast: row &+ end &- first == rows.upperBound)
        row &+= end &- first
    }
}

/// The best number of output rows to be computed together.
@Sendable func convolutionPairRows(_ job: ConvolutionPairJob) -> Int { PairBands.bestRows(job) }

/// Floats of scratch memory that a pair needs.
@Sendable func convolutionPairScratch(_ job: ConvolutionPairJob) -> Int { PairBands(job).scratchCount }

private struct ConvolutionPair {
    let job: ConvolutionPairJob
    let bands: PairBands
    let scratch: PairBands.Scratch

    /// Rows of one image.
    func put(_ image: Int, _ rows: Range<Int>, _ blocks: Range<Int>, isLast: Bool) {
        let (first, middle) = (job.first, job.middleRows(rows))
        let taps = Taps(first, offsets: scratch.offsets)
        let whole = TapRectangle(firstRow: 0, endRow: 1, firstColumn: 0, endColumn: 1)
        scratch.tiles.update(repeating: whole, count: bands.tiles)
        if bands.listsImage { list(image, middle) }
        var block = blocks.lowerBound
        while block < blocks.upperBound {
            let group = block..<min(block &+ bands.blocksAtOnce, blocks.upperBound)
            // The middle rows that scratch memory begins with.
            var kept = middle.lowerBound..<middle.lowerBound
            var row = rows.lowerBound
            while row < rows.upperBound {
                let band = row..<min(row &+ job.rowsAtOnce, rows.upperBound)
                let needed = job.middleRows(band)
                let start = max(needed.lowerBound, kept.upperBound)
                if needed.lowerBound > kept.lowerBound, needed.lowerBound < kept.upperBound {
                    scratch.middle.update(
                        from: scratch.middle + (needed.lowerBound &- kept.lowerBound) &* bands.rowStride,
                        count: (kept.upperBound &- needed.lowerBound) &* bands.rowStride)
                }
                // Where the first row of the image would be, and the first channel.
                let origin = scratch.middle - needed.lowerBound &* bands.rowStride - group.lowerBound &* blockChannels
                if start < needed.upperBound {
                    let isEnd = band.upperBound == rows.upperBound
                    let next = !isEnd ? group.lowerBound : group.upperBound < blocks.upperBound ? group.upperBound : blocks.lowerBound
                    convolve(
                        image, start..<needed.upperBound, middle, taps, group, to: origin,
                        following: isEnd && isLast && group.upperBound == blocks.upperBound
                            ? first.following : first.directWeights(next).base)
                }
                slide(image, band, group, from: origin)
                kept = needed
                row = band.upperBound
            }
            block = group.upperBound
        }
    }

    /// Lists the pixels of middle rows, row by row, and one tile's pixels more.
    private func list(_ image: Int, _ rows: Range<Int>) {
        let (first, width) = (job.first, job.first.output.width)
        let step = first.strideX &* first.input.pixelStride
        var target = scratch.list
        for row in rows {
            var input = UnsafePointer(first.input.pixel(image, row &* first.strideY, 0))
            var output = row &* bands.rowStride
            for _ in 0..<width {
                target.pointee = OutputPixel(input: input, output: output, residual: output)
                target += 1
                input += step
                output &+= bands.pixelStride
            }
        }
        if target > scratch.list { target.update(repeating: target[-1], count: WideTile.rowCount) }
    }

    /// The first convolution, for some middle rows.
    private func convolve(
        _ image: Int, _ rows: Range<Int>, _ middle: Range<Int>, _ taps: Taps, _ blocks: Range<Int>, to origin: UnsafeMutablePointer<Float>,
        following: UnsafePointer<Float>?
    ) {
        var first = job.first
        first.output.base = origin
        first.following = following
        let width = first.output.width
        let count = rows.count &* width
        withUnsafePointer(to: 0) { offset in
            var (pixels, taps) = (scratch.list, taps)
            if bands.listsImage {
                pixels += (rows.lowerBound &- middle.lowerBound) &* width
            } else {
                list(image, rows)
            }
            if bands.isThin {
                GatheredWindows.gather(taps, pixels, count, to: scratch.windows)
                (pixels + count).update(repeating: pixels[count &- 1], count: WideTile.rowCount)
                taps = Taps(gathering: taps, offset: offset)
            }
            withUnsafePointer(to: first) { first in
                var block = blocks.lowerBound
                while block < blocks.upperBound {
                    let end = min(block &+ WideTile.blockCount, blocks.upperBound)
                    convolveTiles(first, taps, UnsafePointer(pixels), scratch.tiles, count, block..<end, of: blocks, scratch.sums)
                    block = end
                }
            }
        }
    }

    /// The depthwise convolution, for some rows.
    private func slide(_ image: Int, _ rows: Range<Int>, _ blocks: Range<Int>, from origin: UnsafeMutablePointer<Float>) {
        var second = job.second
        second.input.base = origin
        (second.input.pixelStride, second.input.rowStride, second.input.imageStride) = (bands.pixelStride, bands.rowStride, 0)
        let first = image &* second.output.height
        slideDepthwise(second, first &+ rows.lowerBound..<first &+ rows.upperBound, blocks)
    }
}
