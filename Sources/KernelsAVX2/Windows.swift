import KernelTypes

/// Maximum and mean over a window, eight channels at a time, each by itself, and depthwise convolution. Places outside the image do not count.
@Sendable func slideWindow(_ job: WindowJob, _ rows: Range<Int>) {
    if case .depthwise = job.kind { return depthwiseConvolution(job, rows) }
    let (input, output) = (job.input, job.output)
    for flat in rows {
        let image = flat / output.height
        let row = flat &- image &* output.height
        let top = row &* job.strideY &- job.paddingTop
        // Taps whose row is inside.
        let firstTap = top >= 0 ? 0 : (-top &+ job.dilationY &- 1) / job.dilationY
        let endTap = min(job.kernelHeight, max(0, (input.height &- top &+ job.dilationY &- 1) / job.dilationY))
        for column in 0..<output.width {
            let left = column &* job.strideX &- job.paddingLeft
            let firstColumnTap = left >= 0 ? 0 : (-left &+ job.dilationX &- 1) / job.dilationX
            let endColumnTap = min(job.kernelWidth, max(0, (input.width &- left &+ job.dilationX &- 1) / job.dilationX))
            let target = output.pixel(image, row, column)
            let corner = input.base + (image &* input.imageStride &+ top &* input.rowStride &+ left &* input.pixelStride)
            let residual = job.residual.map { UnsafePointer($0.pixel(image, row, column)) }
            var channel = 0
            while channel < output.paddedChannels {
                var value: Lanes
                switch job.kind {
                case .maximum:
                    value = Lanes(repeating: -.infinity)
                    for y in firstTap..<max(firstTap, endTap) {
                        for x in firstColumnTap..<max(firstColumnTap, endColumnTap) {
                            let next = lanes(corner + (y &* input.rowStride &+ x &* input.pixelStride &+ channel))
                            value = value.replacing(with: next, where: next .> value)
                        }
                    }
                case .depthwise: return
                case .mean:
                    value = .zero
                    for y in firstTap..<max(firstTap, endTap) {
                        for x in firstColumnTap..<max(firstColumnTap, endColumnTap) {
                            value += lanes(corner + (y &* input.rowStride &+ x &* input.pixelStride &+ channel))
                        }
                    }
                    let count = max(1, (endTap &- firstTap) &* (endColumnTap &- firstColumnTap))
                    value /= Lanes(repeating: Float(count))
                }
                if let residual { value += lanes(residual + channel) }
                store(activate(value, job.activation, channel), target + channel)
                channel &+= laneCount
            }
        }
    }
}
