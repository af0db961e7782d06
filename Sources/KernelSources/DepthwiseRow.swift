import KernelTypes

/// The pixels of a row whose 3 × 3 windows lie inside the image along it: four neighbors at a time, which share most of their inputs, and one
/// vector of channels along the whole row. Each sum has the order that `DepthwiseWindow` gives it.
struct DepthwiseRow {
    let weights: UnsafePointer<Float>
    let image, row, top: Int
    /// Rows of the kernel that lie inside the image.
    let taps: Range<Int>
    /// The first pixel, and the first of the last four.
    let first, last: Int

    /// Whether windows are of the only size that this is written for.
    @inline(__always) static func isMeant(for job: WindowJob) -> Bool {
        job.kernelHeight == 3 && job.kernelWidth == 3 && job.dilationY == 1 && job.dilationX == 1 && (job.strideX == 1 || job.strideX == 2)
    }

    @inline(__always) func put(_ job: WindowJob, _ channels: Range<Int>) {
        var channel = channels.lowerBound
        while channel &+ Vector.scalarCount <= channels.upperBound {
            if job.strideX == 1 {
                put(job, channel, stride: 1, isHalf: false)
            } else {
                put(job, channel, stride: 2, isHalf: false)
            }
            channel &+= Vector.scalarCount
        }
        guard channel < channels.upperBound else { return }
        if job.strideX == 1 {
            put(job, channel, stride: 1, isHalf: true)
        } else {
            put(job, channel, stride: 2, isHalf: true)
        }
    }

    @inline(__always) private func put(_ job: WindowJob, _ channel: Int, stride: Int, isHalf: Bool) {
        let (input, output, residual) = (job.input, job.output, job.residual ?? job.output)
        let (step, padded) = (input.pixelStride, output.paddedChannels)
        let finish = Finish(bias: job.bias, job.activation, output: output, residual: job.residual, channel: channel, isHalf: isHalf)
        var column = first
        while column <= last &+ 3 {
            // The last four begin earlier, and those of them that were there already are stored once more.
            column = min(column, last)
            var place =
                UnsafePointer(input.base) + (input.place(image, top &+ taps.lowerBound, column &* stride &- job.paddingLeft) &+ channel)
            var weight = weights + (taps.lowerBound &* 3 &* padded &+ channel)
            var (s0, s1, s2, s3) = (Vector.zero, Vector.zero, Vector.zero, Vector.zero)
            for _ in taps {
                let w0 = loadVector(weight, isHalf: isHalf)
                let w1 = loadVector(weight + padded, isHalf: isHalf)
                let w2 = loadVector(weight + 2 &* padded, isHalf: isHalf)
                let x0 = loadVector(place, isHalf: isHalf)
                let x1 = loadVector(place + step, isHalf: isHalf)
                let x2 = loadVector(place + 2 &* step, isHalf: isHalf)
                let x3 = loadVector(place + 3 &* step, isHalf: isHalf)
                let x4 = loadVector(place + 4 &* step, isHalf: isHalf)
                let x5 = loadVector(place + 5 &* step, isHalf: isHalf)
                s0 = multiplyAdd(multiplyAdd(multiplyAdd(s0, x0, w0), x1, w1), x2, w2)
                if stride == 1 {
                    s1 = multiplyAdd(multiplyAdd(multiplyAdd(s1, x1, w0), x2, w1), x3, w2)
                    s2 = multiplyAdd(multiplyAdd(multiplyAdd(s2, x2, w0), x3, w1), x4, w2)
                    s3 = multiplyAdd(multiplyAdd(multiplyAdd(s3, x3, w0), x4, w1), x5, w2)
                } else {
                    let x6 = loadVector(place + 6 &* step, isHalf: isHalf)
                    let x7 = loadVector(place + 7 &* step, isHalf: isHalf)
                    let x8 = loadVector(place + 8 &* step, isHalf: isHalf)
                    s1 = multiplyAdd(multiplyAdd(multiplyAdd(s1, x2, w0), x3, w1), x4, w2)
                    s2 = multiplyAdd(multiplyAdd(multiplyAdd(s2, x4, w0), x5, w1), x6, w2)
                    s3 = multiplyAdd(multiplyAdd(multiplyAdd(s3, x6, w0), x7, w1), x8, w2)
                }
                place += input.rowStride
                weight += 3 &* padded
            }
            let (to, from) = (output.place(image, row, column), residual.place(image, row, column))
            finish.put(s0, output: to, residual: from)
            finish.put(s1, output: to &+ output.pixelStride, residual: from &+ residual.pixelStride)
            finish.put(s2, output: to &+ 2 &* output.pixelStride, residual: from &+ 2 &* residual.pixelStride)
            finish.put(s3, output: to &+ 3 &* output.pixelStride, residual: from &+ 3 &* residual.pixelStride)
            column &+= 4
        }
    }
}
