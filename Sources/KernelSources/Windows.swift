import KernelTypes

/// Maximum or mean over a window of each channel, and depthwise convolution. Positions outside the image do not count.
@Sendable func slideWindow(_ job: WindowJob, _ rows: Range<Int>) {
    if case .depthwise = job.kind {
        return slideDepthwise(job, rows, 0..<(job.output.channels &+ blockChannels &- 1) / blockChannels)
    }
    var isMaximum = false
    if case .maximum = job.kind { isMaximum = true }
    // In most networks nothing follows a pool.
    var isPlain = job.residual == nil
    if case .none = job.activation {} else { isPlain = false }
    let (input, output) = (job.input, job.output)
    for flat in rows {
        let image = flat / output.height
        let row = flat &- image &* output.height
        let top = row &* job.strideY &- job.paddingTop
        let rowTaps = tapsInside(top, job.kernelHeight, job.dilationY, input.height)
        @inline(__always) func window(_ column: Int) -> Window {
            let left = column &* job.strideX &- job.paddingLeft
            let taps = tapsInside(left, job.kernelWidth, job.dilationX, input.width)
            return Window(
                corner: input.pixel(image, top &+ rowTaps.lowerBound, left &+ taps.lowerBound), rows: rowTaps.count, columns: taps.count,
                rowStride: input.rowStride, pixelStride: input.pixelStride,
                count: isMaximum ? 0 : meanCount(job, top, left, rowTaps.count &* taps.count))
        }
        if isPlain, isMaximum {
            var sum = Vector.zero
            for column in 0..<output.width {
                window(column).storeMaximum(to: output.pixel(image, row, column), channels: output.paddedChannels, &sum)
            }
            guard any(sum .!= sum) else { continue }
            for column in 0..<output.width {
                window(column).storeMaximumOrNaN(to: output.pixel(image, row, column), channels: output.paddedChannels)
            }
            continue
        }
        for column in 0..<output.width {
            let (window, target) = (window(column), output.pixel(image, row, column))
            if isPlain {
                window.storeMean(to: target, channels: output.paddedChannels)
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

/// How many numbers a mean is of: those inside the image, or also the padding that the window covers.
@inline(__always) private func meanCount(_ job: WindowJob, _ top: Int, _ left: Int, _ inside: Int) -> Int {
    guard let padding = job.countedPadding else { return inside }
    let (rows, columns) = (job.input.height &+ padding.bottom &- top, job.input.width &+ padding.right &- left)
    return (rows < job.kernelHeight ? rows : job.kernelHeight) &* (columns < job.kernelWidth ? columns : job.kernelWidth)
}

/// The part of a window that lies inside the image.
private struct Window {
    let corner: UnsafeMutablePointer<Float>
    let rows, columns, rowStride, pixelStride: Int
    /// What the sum of a mean is divided by.
    let count: Int

    /// The maximum of each channel, as many channels at a time as a register holds, unless there is a NaN. Every number is added to `sum`, which
    /// is a NaN then; infinities of both signs may make it one too.
    @inline(__always) func storeMaximum(to target: UnsafeMutablePointer<Float>, channels: Int, _ sum: inout Vector) {
        var channel = 0
        while channel &+ Vector.scalarCount <= channels {
            storeVector(maximum(channel, isHalf: false, &sum), target + channel, isHalf: false)
            channel &+= Vector.scalarCount
        }
        if channel < channels { storeVector(maximum(channel, isHalf: true, &sum), target + channel, isHalf: true) }
    }

    @inline(__always) private func maximum(_ channel: Int, isHalf: Bool, _ total: inout Vector) -> Vector {
        var (value, sum) = (Vector(repeating: -.infinity), Vector.zero)
        @inline(__always) func take(_ pixel: UnsafePointer<Float>) {
            let next = loadVector(pixel, isHalf: isHalf)
            value.replace(with: next, where: next .> value)
            sum += next
        }
        var row = UnsafePointer(corner + channel)
        for _ in 0..<rows {
            switch columns {
            case 2:
                take(row)
                take(row + pixelStride)
            case 3:
                take(row)
                take(row + pixelStride)
                take(row + 2 &* pixelStride)
            default: for column in 0..<columns { take(row + column &* pixelStride) }
            }
            row += rowStride
        }
        total += sum
        return value
    }

    /// The maximum of each channel, or a NaN if there is one.
    @inline(never) func storeMaximumOrNaN(to target: UnsafeMutablePointer<Float>, channels: Int) {
        for channel in stride(from: 0, to: channels, by: Vector.scalarCount) {
            let isHalf = channel &+ Vector.scalarCount > channels
            storeVector(maximumOrNaN(channel, isHalf: isHalf), target + channel, isHalf: isHalf)
        }
    }

    /// The maximum, or a NaN if there is one: it compares neither less than nor equal to the maximum so far, and is never replaced.
    @inline(__always) private func maximumOrNaN(_ channel: Int, isHalf: Bool) -> Vector {
        var value = Vector(repeating: -.infinity)
        for y in 0..<rows {
            for x in 0..<columns {
                let next = loadVector(corner + (y &* rowStride &+ x &* pixelStride &+ channel), isHalf: isHalf)
                value = value.replacing(with: next, where: .!(next .<= value) .& (value .== value))
            }
        }
        return value
    }

    /// The mean of each channel. Four registers of channels at a time: a window may be a whole image, which is then read once from memory and
    /// not once for each register. Rows are summed apart from their total, so that long sums keep their digits.
    @inline(__always) func storeMean(to target: UnsafeMutablePointer<Float>, channels: Int) {
        let size = Vector.scalarCount
        let divisor = Vector(repeating: Float(max(1, count)))
        var channel = 0
        while channel &+ 4 &* size <= channels {
            var (s0, s1, s2, s3) = (Vector.zero, Vector.zero, Vector.zero, Vector.zero)
            var row = UnsafePointer(corner + channel)
            for _ in 0..<rows {
                var (r0, r1, r2, r3) = (Vector.zero, Vector.zero, Vector.zero, Vector.zero)
                var pixel = row
                for _ in 0..<columns {
                    r0 += loadVector(pixel, isHalf: false)
                    r1 += loadVector(pixel + size, isHalf: false)
                    r2 += loadVector(pixel + 2 &* size, isHalf: false)
                    r3 += loadVector(pixel + 3 &* size, isHalf: false)
                    pixel += pixelStride
                }
                (s0, s1, s2, s3) = (s0 + r0, s1 + r1, s2 + r2, s3 + r3)
                row += rowStride
            }
            storeVector(s0 / divisor, target + channel, isHalf: false)
            storeVector(s1 / divisor, target + (channel &+ size), isHalf: false)
            storeVector(s2 / divisor, target + (channel &+ 2 &* size), isHalf: false)
            storeVector(s3 / divisor, target + (channel &+ 3 &* size), isHalf: false)
            channel &+= 4 &* size
        }
        while channel < channels {
            let isHalf = channel &+ size > channels
            var sum = Vector.zero
            var row = UnsafePointer(corner + channel)
            for _ in 0..<rows {
                var ofRow = Vector.zero
                var pixel = row
                for _ in 0..<columns {
                    ofRow += loadVector(pixel, isHalf: isHalf)
                    pixel += pixelStride
                }
                sum += ofRow
                row += rowStride
            }
            storeVector(sum / divisor, target + channel, isHalf: isHalf)
            channel &+= size
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
        return value / Lanes(repeating: Float(max(1, count)))
    }
}
