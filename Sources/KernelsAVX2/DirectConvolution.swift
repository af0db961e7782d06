import KernelTypes

/// Convolution straight from the padded input: six output pixels × sixteen output channels at a time, taps and input channels inside.
///
/// A pixel's sum has the same order whatever pixels are computed beside it, so results do not depend on how work is divided.
@Sendable func directConvolution(_ job: ConvolutionJob, _ pixels: Range<Int>, _ blocks: Range<Int>) {
    let (input, output) = (job.input, job.output)
    let taps = job.kernelHeight &* job.kernelWidth
    let channels = input.channels
    withUnsafeTemporaryAllocation(of: Int.self, capacity: taps) { tapOffsets in
        for row in 0..<job.kernelHeight {
            for column in 0..<job.kernelWidth {
                tapOffsets[row &* job.kernelWidth &+ column] =
                    (row &* job.dilationY &- job.paddingTop) &* input.rowStride
                    &+ (column &* job.dilationX &- job.paddingLeft) &* input.pixelStride
            }
        }
        for block in blocks {
            let weights = UnsafeRawPointer(job.weights + block &* taps &* channels &* blockChannels).assumingMemoryBound(to: Lanes.self)
            var first = pixels.lowerBound
            var cursor = PixelCursor(first, job)
            while first < pixels.upperBound {
                let count = min(6, pixels.upperBound &- first)
                // Rows past the end repeat the last one and are not stored.
                let p0 = cursor.next(if: true)
                let p1 = cursor.next(if: count > 1)
                let p2 = cursor.next(if: count > 2)
                let p3 = cursor.next(if: count > 3)
                let p4 = cursor.next(if: count > 4)
                let p5 = cursor.next(if: count > 5)
                var total = Tile6x16()
                if channels &* taps <= job.partialTerms {
                    var w = weights
                    for tap in 0..<taps {
                        let offset = tapOffsets[tap]
                        multiply(
                            &total, p0.input + offset, p1.input + offset, p2.input + offset, p3.input + offset, p4.input + offset,
                            p5.input + offset, w, channels)
                        w += 2 &* channels
                    }
                } else {
                    partialSums(
                        &total, tapOffsets, weights, channels, job.partialTerms, p0.input, p1.input, p2.input, p3.input, p4.input, p5.input)
                }
                let channel = block &* blockChannels
                finish(total.a0, total.b0, p0, job, channel, output.paddedChannels)
                if count > 1 { finish(total.a1, total.b1, p1, job, channel, output.paddedChannels) }
                if count > 2 { finish(total.a2, total.b2, p2, job, channel, output.paddedChannels) }
                if count > 3 { finish(total.a3, total.b3, p3, job, channel, output.paddedChannels) }
                if count > 4 { finish(total.a4, total.b4, p4, job, channel, output.paddedChannels) }
                if count > 5 { finish(total.a5, total.b5, p5, job, channel, output.paddedChannels) }
                first &+= 6
            }
        }
    }
}

/// Sums of at most `terms` products each, joined in a total: a long chain of additions loses more than many short ones.
@inline(__always) private func partialSums(
    _ total: inout Tile6x16, _ tapOffsets: UnsafeMutableBufferPointer<Int>, _ weights: UnsafePointer<Lanes>, _ channels: Int, _ terms: Int,
    _ p0: UnsafePointer<Float>, _ p1: UnsafePointer<Float>, _ p2: UnsafePointer<Float>, _ p3: UnsafePointer<Float>,
    _ p4: UnsafePointer<Float>, _ p5: UnsafePointer<Float>
) {
    var w = weights
    if channels <= terms {
        // Whole taps, as many as fit.
        let perPart = terms / channels
        var tap = 0
        while tap < tapOffsets.count {
            let end = min(tap &+ perPart, tapOffsets.count)
            var part = Tile6x16()
            while tap < end {
                let offset = tapOffsets[tap]
                multiply(&part, p0 + offset, p1 + offset, p2 + offset, p3 + offset, p4 + offset, p5 + offset, w, channels)
                w += 2 &* channels
                tap &+= 1
            }
            total += part
        }
        return
    }
    // Equal parts of a tap.
    let parts = (channels &+ terms &- 1) / terms
    let perPart = (channels &+ parts &- 1) / parts
    for tap in 0..<tapOffsets.count {
        var done = 0
        while done < channels {
            let count = min(perPart, channels &- done)
            let offset = tapOffsets[tap] &+ done
            var part = Tile6x16()
            multiply(&part, p0 + offset, p1 + offset, p2 + offset, p3 + offset, p4 + offset, p5 + offset, w, count)
            total += part
            w += 2 &* count
            done &+= count
        }
    }
}

/// One output pixel: where its window begins in the input, and where it is.
private struct OutputPixel {
    let input: UnsafePointer<Float>
    let image: Int
    let row: Int
    let column: Int
}

/// Walks output pixels of the flattened batch in order.
private struct PixelCursor {
    private let job: ConvolutionJob
    private var image: Int
    private var row: Int
    private var column: Int
    private var last: OutputPixel

    @inline(__always) init(_ pixel: Int, _ job: ConvolutionJob) {
        self.job = job
        let perImage = job.output.height &* job.output.width
        image = pixel / perImage
        let rest = pixel &- image &* perImage
        row = rest / job.output.width
        column = rest &- row &* job.output.width
        last = OutputPixel(input: UnsafePointer(job.input.base), image: 0, row: 0, column: 0)
    }

    @inline(__always) mutating func next(if isThere: Bool) -> OutputPixel {
        guard isThere else { return last }
        let input = job.input.pixel(image, row &* job.strideY, column &* job.strideX)
        last = OutputPixel(input: UnsafePointer(input), image: image, row: row, column: column)
        column &+= 1
        if column == job.output.width {
            column = 0
            row &+= 1
            if row == job.output.height {
                row = 0
                image &+= 1
            }
        }
        return last
    }
}

/// Bias, residual, activation, and the store of one pixel's sixteen channels.
@inline(__always) private func finish(
    _ a: Lanes, _ b: Lanes, _ pixel: OutputPixel, _ job: ConvolutionJob, _ channel: Int, _ limit: Int
) {
    let target = job.output.pixel(pixel.image, pixel.row, pixel.column) + channel
    let residual = job.residual.map { UnsafePointer($0.pixel(pixel.image, pixel.row, pixel.column) + channel) }
    finishLanes(a, target, residual, job, channel)
    if channel &+ laneCount < limit {
        finishLanes(b, target + laneCount, residual.map { $0 + laneCount }, job, channel &+ laneCount)
    }
}

/// Bias, residual, activation, and the store of eight channels.
@inline(__always) func finishLanes(
    _ sum: Lanes, _ target: UnsafeMutablePointer<Float>, _ residual: UnsafePointer<Float>?, _ job: ConvolutionJob, _ channel: Int
) {
    var value = sum + lanes(job.bias + channel)
    if let residual { value += lanes(residual) }
    store(activate(value, job.activation, channel), target)
}
