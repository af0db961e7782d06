import KernelTypes

/// A convolution of each channel by itself: four pixels of a row × a vector of channels at a time, so that each weight is used four times
/// and no sum waits for another. Pixels whose windows reach outside the image are computed one at a time, skipping the outside.
@inline(__always) func depthwiseConvolution(_ job: WindowJob, _ rows: Range<Int>) {
    guard let weights = job.weights else { return }
    let (input, output) = (job.input, job.output)
    let reach = (job.kernelWidth &- 1) &* job.dilationX
    withUnsafeTemporaryAllocation(of: Int.self, capacity: job.kernelHeight &* job.kernelWidth) { offsets in
        for y in 0..<job.kernelHeight {
            for x in 0..<job.kernelWidth {
                offsets[y &* job.kernelWidth &+ x] = y &* job.dilationY &* input.rowStride &+ x &* job.dilationX &* input.pixelStride
            }
        }
        for flat in rows {
            let image = flat / output.height
            let row = flat &- image &* output.height
            let top = row &* job.strideY &- job.paddingTop
            let rowTaps = tapsInside(top, job.kernelHeight, job.dilationY, input.height)
            var column = 0
            while column < output.width {
                let left = column &* job.strideX &- job.paddingLeft
                let window = DepthwiseWindow(
                    offsets: offsets, weights: weights, corner: UnsafePointer(input.base + input.place(image, top, left)), rows: rowTaps,
                    columns: tapsInside(left, job.kernelWidth, job.dilationX, input.width))
                let isWhole = left >= 0 && column &+ 4 <= output.width && left &+ 3 &* job.strideX &+ reach < input.width
                var channel = 0
                while channel < output.paddedChannels {
                    if channel &+ Vector.scalarCount > output.paddedChannels {
                        window.put(job, image, row, column, channel, isWhole: isWhole, isHalf: true)
                    } else {
                        window.put(job, image, row, column, channel, isWhole: isWhole, isHalf: false)
                    }
                    channel &+= Vector.scalarCount
                }
                column &+= isWhole ? 4 : 1
            }
        }
    }
}

/// The taps along one axis that lie inside the image, for a window that begins at `origin`.
@inline(__always) private func tapsInside(_ origin: Int, _ kernel: Int, _ dilation: Int, _ size: Int) -> Range<Int> {
    let first = origin >= 0 ? 0 : (dilation &- 1 &- origin) / dilation
    let end = min(kernel, max(0, (size &- origin &+ dilation &- 1) / dilation))
    return first..<max(first, end)
}

/// The window of one pixel, or of four neighbors.
private struct DepthwiseWindow {
    let offsets: UnsafeMutableBufferPointer<Int>
    let weights: UnsafePointer<Float>
    let corner: UnsafePointer<Float>
    let rows, columns: Range<Int>

    @inline(__always) func put(
        _ job: WindowJob, _ image: Int, _ row: Int, _ column: Int, _ channel: Int, isWhole: Bool, isHalf: Bool
    ) {
        let (padded, step) = (job.output.paddedChannels, job.strideX &* job.input.pixelStride)
        var (s0, s1, s2, s3) = (Vector.zero, Vector.zero, Vector.zero, Vector.zero)
        for y in rows {
            for x in columns {
                let tap = y &* job.kernelWidth &+ x
                let place = corner + (offsets[tap] &+ channel)
                let weight = loadVector(weights + (tap &* padded &+ channel), isHalf: isHalf)
                s0 = multiplyAdd(s0, loadVector(place, isHalf: isHalf), weight)
                guard isWhole else { continue }
                s1 = multiplyAdd(s1, loadVector(place + step, isHalf: isHalf), weight)
                s2 = multiplyAdd(s2, loadVector(place + 2 &* step, isHalf: isHalf), weight)
                s3 = multiplyAdd(s3, loadVector(place + 3 &* step, isHalf: isHalf), weight)
            }
        }
        let (output, residual) = (job.output, job.residual ?? job.output)
        let finish = Finish(bias: job.bias, job.activation, output: output, residual: job.residual, channel: channel)
        let (to, from) = (output.place(image, row, column), residual.place(image, row, column))
        finish.put(s0, output: to, residual: from)
        guard isWhole else { return }
        finish.put(s1, output: to &+ output.pixelStride, residual: from &+ residual.pixelStride)
        finish.put(s2, output: to &+ 2 &* output.pixelStride, residual: from &+ 2 &* residual.pixelStride)
        finish.put(s3, output: to &+ 3 &* output.pixelStride, residual: from &+ 3 &* residual.pixelStride)
    }
}
