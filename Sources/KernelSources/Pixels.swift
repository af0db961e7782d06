import KernelTypes

/// Scale, shift, second value, sum and activation of each pixel, one register of channels at a time.
@Sendable func mapPixels(_ job: PixelJob, _ rows: Range<Int>) {
    switch job.combination?.kind {
    case nil: map(job, rows) { value, _ in value }
    case .sum: map(job, rows) { $0 + $1 }
    case .product: map(job, rows) { $0 * $1 }
    // A NaN on the left is kept, and one on the right is not less.
    case .maximum: map(job, rows) { $0.replacing(with: $1, where: .!($1 .<= $0) .& ($0 .== $0)) }
    }
}

@inline(__always) private func map(_ job: PixelJob, _ rows: Range<Int>, _ combine: (Vector, Vector) -> Vector) {
    let output = job.output
    let (input, other) = (job.input, job.combination?.other ?? job.input)
    let keepsPadding = output.channels == output.paddedChannels || mapsZeroToZero(job)
    for flat in rows {
        let image = flat / output.height
        let row = flat &- image &* output.height
        for column in 0..<output.width {
            let from = UnsafePointer(input.view.pixel(image, row, column))
            let second = UnsafePointer(other.view.pixel(image, row, column))
            let target = output.place(image, row, column)
            let addend = job.addend.map { $0.place(image, row, column) } ?? 0
            @inline(__always) func put(_ channel: Int, isHalf: Bool) {
                @inline(__always) func load(_ pixel: UnsafePointer<Float>, _ isOne: Bool) -> Vector {
                    isOne ? Vector(repeating: pixel[0]) : loadVector(pixel + channel, isHalf: isHalf)
                }
                var value = load(from, input.isOneChannel)
                if let scale = job.scale { value *= loadVector(scale + channel, isHalf: isHalf) }
                if let shift = job.shift { value += loadVector(shift + channel, isHalf: isHalf) }
                value = combine(value, load(second, other.isOneChannel))
                Finish(bias: nil, job.activation, output: output, residual: job.addend, channel: channel, isHalf: isHalf)
                    .put(value, output: target, residual: addend)
            }
            var channel = 0
            while channel &+ Vector.scalarCount <= output.paddedChannels {
                put(channel, isHalf: false)
                channel &+= Vector.scalarCount
            }
            if channel < output.paddedChannels { put(channel, isHalf: true) }
        }
        if let curve = job.curve {
            let blocks = (output.channels &+ blockChannels &- 1) / blockChannels
            bend(output.pixel(image, row, 0), output, curve, columns: output.width, 0..<blocks)
        }
        if !keepsPadding { clearPadding(output, image, row) }
    }
}

/// Whether channels that pad a pixel stay zero by themselves.
@inline(__always) private func mapsZeroToZero(_ job: PixelJob) -> Bool {
    guard job.combination == nil, !job.input.isOneChannel else { return false }
    if case .clip(let low, let high) = job.activation { return low <= 0 && high >= 0 }
    return true
}

@inline(__always) private func clearPadding(_ output: ImageView, _ image: Int, _ row: Int) {
    for column in 0..<output.width {
        let target = output.pixel(image, row, column)
        for channel in output.channels..<output.paddedChannels { target[channel] = 0 }
    }
}
