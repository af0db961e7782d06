import KernelTypes

/// A convolution of each channel by itself, for rows of the flattened batch × blocks of channels.
func slideDepthwise(_ job: WindowJob, _ rows: Range<Int>, _ blocks: Range<Int>) {
    guard let weights = job.weights else { return }
    let channels = blocks.lowerBound &* blockChannels..<min(blocks.upperBound &* blockChannels, job.output.paddedChannels)
    if DepthwiseRows.areMeant(for: job) {
        withUnsafePointer(to: Vector.zero) { zero in
            let zeros = UnsafeRawPointer(zero).assumingMemoryBound(to: Float.self)
            DepthwiseRows(weights: weights, rows: rows, zeros: zeros).put(job, channels)
        }
    } else {
        // As many channels at a time as leave the rows under a window in the first cache.
        let perChannel = max(1, job.kernelHeight &* job.input.width &* 4)
        let atOnce = max(64, (24 << 10) / perChannel / 64 &* 64)
        for first in stride(from: channels.lowerBound, to: channels.upperBound, by: atOnce) {
            slideWindows(job, rows, first..<min(first &+ atOnce, channels.upperBound), weights)
        }
    }
    let width = job.output.width
    if let curve = job.curve { bend(job.output, curve, rows.lowerBound &* width..<rows.upperBound &* width, blocks) }
}

/// Windows of any size: four pixels of a row × a vector of channels at a time, so that each weight is used four times and no sum waits for
/// another. Pixels whose windows reach over the sides of the image are computed one at a time, skipping the outside.
@inline(__always) private func slideWindows(_ job: WindowJob, _ rows: Range<Int>, _ channels: Range<Int>, _ weights: UnsafePointer<Float>) {
    let input = job.input
    withUnsafeTemporaryAllocation(of: Int.self, capacity: job.kernelHeight &* job.kernelWidth) { offsets in
        guard let offsets = offsets.baseAddress else { return }
        for y in 0..<job.kernelHeight {
            for x in 0..<job.kernelWidth {
                offsets[y &* job.kernelWidth &+ x] = y &* job.dilationY &* input.rowStride &+ x &* job.dilationX &* input.pixelStride
            }
        }
        slideWindows(job, rows, channels, offsets, weights, (job.kernelWidth &- 1) &* job.dilationX)
    }
}

@inline(__always) private func slideWindows(
    _ job: WindowJob, _ rows: Range<Int>, _ channels: Range<Int>, _ offsets: UnsafePointer<Int>, _ weights: UnsafePointer<Float>,
    _ reach: Int
) {
    let (input, output) = (job.input, job.output)
    for flat in rows {
        let image = flat / output.height
        let row = flat &- image &* output.height
        let top = row &* job.strideY &- job.paddingTop
        let rowTaps = tapsInside(top, job.kernelHeight, job.dilationY, input.height)
        // The last start of four neighbors whose windows lie inside the image along the row.
        let lastWhole = min(output.width &- 4, (input.width &- 1 &- reach &+ job.paddingLeft) / job.strideX &- 3)
        var column = 0
        while column < output.width {
            let isWhole =
                column &* job.strideX >= job.paddingLeft && column <= lastWhole &+ 3 && lastWhole &* job.strideX >= job.paddingLeft
            // The last four begin earlier, and those of them that were there already are stored once more.
            if isWhole { column = min(column, lastWhole) }
            let left = column &* job.strideX &- job.paddingLeft
            let window = DepthwiseWindow(
                offsets: offsets, weights: weights, corner: UnsafePointer(input.base + input.place(image, top, left)), rows: rowTaps,
                columns: tapsInside(left, job.kernelWidth, job.dilationX, input.width))
            if isWhole {
                window.putFour(job, image, row, column, channels)
                column &+= 4
            } else {
                window.putOne(job, image, row, column, channels)
                column &+= 1
            }
        }
    }
}

/// The taps along one axis that lie inside the image, for a window that begins at `origin`.
@inline(__always) func tapsInside(_ origin: Int, _ kernel: Int, _ dilation: Int, _ size: Int) -> Range<Int> {
    // Divisions take as long as many products.
    @inline(__always) func steps(_ distance: Int) -> Int { dilation == 1 ? distance : (distance &+ dilation &- 1) / dilation }
    let first = origin >= 0 ? 0 : steps(0 &- origin)
    let end = min(kernel, max(0, steps(size &- origin)))
    return first..<max(first, end)
}

/// The window of one pixel, or of four neighbors.
private struct DepthwiseWindow {
    let offsets: UnsafePointer<Int>
    let weights: UnsafePointer<Float>
    let corner: UnsafePointer<Float>
    let rows, columns: Range<Int>

    /// Four neighbors, a vector of channels at a time.
    @inline(__always) func putFour(_ job: WindowJob, _ image: Int, _ row: Int, _ column: Int, _ channels: Range<Int>) {
        var channel = channels.lowerBound
        while channel &+ Vector.scalarCount <= channels.upperBound {
            putFour(job, image, row, column, channel, isHalf: false)
            channel &+= Vector.scalarCount
        }
        if channel < channels.upperBound { putFour(job, image, row, column, channel, isHalf: true) }
    }

    @inline(__always) private func putFour(_ job: WindowJob, _ image: Int, _ row: Int, _ column: Int, _ channel: Int, isHalf: Bool) {
        let (padded, output, residual) = (job.output.paddedChannels, job.output, job.residual ?? job.output)
        let (to, from) = (output.place(image, row, column), residual.place(image, row, column))
        let step = job.strideX &* job.input.pixelStride
        var (s0, s1, s2, s3) = (Vector.zero, Vector.zero, Vector.zero, Vector.zero)
        for y in rows {
            for x in columns {
                let tap = y &* job.kernelWidth &+ x
                let place = corner + (offsets[tap] &+ channel)
                let weight = loadVector(weights + (tap &* padded &+ channel), isHalf: isHalf)
                s0 = multiplyAdd(s0, loadVector(place, isHalf: isHalf), weight)
                s1 = multiplyAdd(s1, loadVector(place + step, isHalf: isHalf), weight)
                s2 = multiplyAdd(s2, loadVector(place + 2 &* step, isHalf: isHalf), weight)
                s3 = multiplyAdd(s3, loadVector(place + 3 &* step, isHalf: isHalf), weight)
            }
        }
        let finish = Finish(bias: job.bias, job.activation, output: output, residual: job.residual, channel: channel, isHalf: isHalf)
        finish.put(s0, output: to, residual: from)
        finish.put(s1, output: to &+ output.pixelStride, residual: from &+ residual.pixelStride)
        finish.put(s2, output: to &+ 2 &* output.pixelStride, residual: from &+ 2 &* residual.pixelStride)
        finish.put(s3, output: to &+ 3 &* output.pixelStride, residual: from &+ 3 &* residual.pixelStride)
    }

    /// One pixel, four vectors of channels at a time, as one sum would wait for itself after each product.
    @inline(__always) func putOne(_ job: WindowJob, _ image: Int, _ row: Int, _ column: Int, _ channels: Range<Int>) {
        let (size, place) = (Vector.scalarCount, job.output.place(image, row, column))
        let residual = job.residual?.place(image, row, column) ?? place
        var channel = channels.lowerBound
        while channel &+ 4 &* size <= channels.upperBound {
            let sums = products(job, channel)
            finish(job, sums.0, channel, place, residual, isHalf: false)
            finish(job, sums.1, channel &+ size, place, residual, isHalf: false)
            finish(job, sums.2, channel &+ 2 &* size, place, residual, isHalf: false)
            finish(job, sums.3, channel &+ 3 &* size, place, residual, isHalf: false)
            channel &+= 4 &* size
        }
        while channel &+ size <= channels.upperBound {
            finish(job, product(job, channel, isHalf: false), channel, place, residual, isHalf: false)
            channel &+= size
        }
        if channel < channels.upperBound { finish(job, product(job, channel, isHalf: true), channel, place, residual, isHalf: true) }
    }

    @inline(__always) private func finish(_ job: WindowJob, _ sum: Vector, _ channel: Int, _ place: Int, _ residual: Int, isHalf: Bool) {
        Finish(bias: job.bias, job.activation, output: job.output, residual: job.residual, channel: channel, isHalf: isHalf)
            .put(sum, output: place, residual: residual)
    }

    /// Of one pixel, one vector.
    @inline(__always) private func product(_ job: WindowJob, _ channel: Int, isHalf: Bool) -> Vector {
        var sum = Vector.zero
        for y in rows {
            for x in columns {
                let tap = y &* job.kernelWidth &+ x
                sum = multiplyAdd(
                    sum, loadVector(corner + (offsets[tap] &+ channel), isHalf: isHalf),
                    loadVector(weights + (tap &* job.output.paddedChannels &+ channel), isHalf: isHalf))
            }
        }
        return sum
    }

    /// Of one pixel, four vectors.
    @inline(__always) private func products(_ job: WindowJob, _ channel: Int) -> (Vector, Vector, Vector, Vector) {
        let size = Vector.scalarCount
        var (s0, s1, s2, s3) = (Vector.zero, Vector.zero, Vector.zero, Vector.zero)
        for y in rows {
            for x in columns {
                let tap = y &* job.kernelWidth &+ x
                let place = corner + (offsets[tap] &+ channel)
                let weight = weights + (tap &* job.output.paddedChannels &+ channel)
                s0 = multiplyAdd(s0, loadVector(place, isHalf: false), loadVector(weight, isHalf: false))
                s1 = multiplyAdd(s1, loadVector(place + size, isHalf: false), loadVector(weight + size, isHalf: false))
                s2 = multiplyAdd(s2, loadVector(place + 2 &* size, isHalf: false), loadVector(weight + 2 &* size, isHalf: false))
                s3 = multiplyAdd(s3, loadVector(place + 3 &* size, isHalf: false), loadVector(weight + 3 &* size, isHalf: false))
            }
        }
        return (s0, s1, s2, s3)
    }
}
