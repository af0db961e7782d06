import KernelTypes

/// Maximum or mean over a window of each channel, and depthwise convolution. Positions outside the image do not count.
@Sendable func slideWindow(_ job: WindowJob, _ rows: Range<Int>) {
    if case .depthwise = job.kind { return depthwiseConvolution(job, rows) }
    var isMaximum = false
    if case .maximum = job.kind { isMaximum = true }
    // In most networks nothing follows a max pool.
    var isPlain = job.residual == nil
    if case .none = job.activation {} else { isPlain = false }
    let (input, output) = (job.input, job.output)
    for flat in rows {
        let image = flat / output.height
        let row = flat &- image &* output.height
        let top = row &* job.strideY &- job.paddingTop
        // Taps whose row lies inside the image.
        let firstTap = top >= 0 ? 0 : (-top &+ job.dilationY &- 1) / job.dilationY
        let endTap = min(job.kernelHeight, max(0, (input.height &- top &+ job.dilationY &- 1) / job.dilationY))
        for column in 0..<output.width {
            let left = column &* job.strideX &- job.paddingLeft
            let firstColumnTap = left >= 0 ? 0 : (-left &+ job.dilationX &- 1) / job.dilationX
            let endColumnTap = min(job.kernelWidth, max(0, (input.width &- left &+ job.dilationX &- 1) / job.dilationX))
            let window = Window(
                corner: input.pixel(image, top &+ firstTap, left &+ firstColumnTap), rows: max(0, endTap &- firstTap),
                columns: max(0, endColumnTap &- firstColumnTap), rowStride: input.rowStride, pixelStride: input.pixelStride)
            let target = output.pixel(image, row, column)
            if isMaximum, isPlain {
                window.storeMaximum(to: target, channels: output.paddedChannels)
                continue
            }
            let residual = job.residual.map { UnsafePointer($0.pixel(image, row, column)) }
            var channel = 0
            while channel < output.paddedChannels {
                var value = isMaximum ? window.maximum(channel) : window.mean(channel)
                if let residual { value += lanes(residual + channel) }
                store(activate(value, job.activation, channel), target + channel)
                channel &+= laneCount
            }
        }
    }
}

/// The part of a window that lies inside the image.
private struct Window {
    let corner: UnsafeMutablePointer<Float>
    let rows, columns, rowStride, pixelStride: Int

    /// The maximum of each channel, as many channels at a time as a register holds. NaN propagates: it compares neither less than nor equal
    /// to the maximum so far, and is never replaced once found.
    @inline(__always) func storeMaximum(to target: UnsafeMutablePointer<Float>, channels: Int) {
        var channel = 0
        while channel < channels {
            let isHalf = channel &+ Vector.scalarCount > channels
            var value = Vector(repeating: -.infinity)
            var row = UnsafePointer(corner + channel)
            for _ in 0..<rows {
                var pixel = row
                for _ in 0..<columns {
                    let next = loadVector(pixel, isHalf: isHalf)
                    value = value.replacing(with: next, where: .!(next .<= value) .& (value .== value))
                    pixel += pixelStride
                }
                row += rowStride
            }
            storeVector(value, target + channel, isHalf: isHalf)
            channel &+= Vector.scalarCount
        }
    }

    @inline(__always) func maximum(_ channel: Int) -> Lanes {
        var value = Lanes(repeating: -.infinity)
        for y in 0..<rows {
            for x in 0..<columns {
                let next = lanes(corner + (y &* rowStride &+ x &* pixelStride &+ channel))
                value = value.replacing(with: next, where: .!(next .<= value) .& (value .== value))
            }
        }
        return value
    }

    @inline(__always) func mean(_ channel: Int) -> Lanes {
        var value = Lanes.zero
        for y in 0..<rows {
            for x in 0..<columns { value += lanes(corner + (y &* rowStride &+ x &* pixelStride &+ channel)) }
        }
        return value / Lanes(repeating: Float(max(1, rows &* columns)))
    }
}
