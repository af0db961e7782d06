import KernelTypes

/// Scale, shift, sum and activation of each pixel, eight channels at a time.
@Sendable func mapPixels(_ job: PixelJob, _ rows: Range<Int>) {
    let (input, output) = (job.input, job.output)
    for flat in rows {
        let image = flat / output.height
        let row = flat &- image &* output.height
        for column in 0..<output.width {
            let from = UnsafePointer(input.pixel(image, row, column))
            let target = output.pixel(image, row, column)
            let addend = job.addend.map { UnsafePointer($0.pixel(image, row, column)) }
            var channel = 0
            while channel < output.paddedChannels {
                var value = lanes(from + channel)
                if let scale = job.scale { value *= lanes(scale + channel) }
                if let shift = job.shift { value += lanes(shift + channel) }
                if let addend { value += lanes(addend + channel) }
                store(activate(value, job.activation, channel), target + channel)
                channel &+= laneCount
            }
        }
    }
}
