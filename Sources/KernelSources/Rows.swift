import KernelTypes

/// A function of the channels of each pixel, in rows of the flattened batch.
@Sendable func mapRows(_ job: RowJob, _ rows: Range<Int>) {
    let (input, output) = (job.input, job.output)
    for flat in rows {
        let image = flat / output.height
        let row = flat &- image &* output.height
        for column in 0..<output.width {
            let (source, target) = (UnsafePointer(input.pixel(image, row, column)), output.pixel(image, row, column))
            switch job.kind {
            case .softmax: softmax(source, target, output.channels)
            case .layerNormalization: normalize(job, source, target, output.channels)
            }
        }
    }
}

/// The lanes of the vector at `channel` that hold channels, not padding.
@inline(__always) private func isInside(_ channel: Int, _ count: Int) -> SIMDMask<SIMD8<Int32>> {
    SIMD8<Int32>(0, 1, 2, 3, 4, 5, 6, 7) .< SIMD8(repeating: Int32(truncatingIfNeeded: min(laneCount, count &- channel)))
}

@inline(__always) private func softmax(_ source: UnsafePointer<Float>, _ target: UnsafeMutablePointer<Float>, _ count: Int) {
    var largest = Lanes(repeating: -.infinity)
    var channel = 0
    while channel < count {
        let value = lanes(source + channel).replacing(with: -.infinity, where: .!isInside(channel, count))
        // A NaN compares as nothing, and stays.
        largest.replace(with: value, where: .!(value .<= largest))
        channel &+= laneCount
    }
    let top = Lanes(repeating: largest.max())
    var sum = Lanes.zero
    channel = 0
    while channel < count {
        let power = exponential(lanes(source + channel) - top).replacing(with: 0, where: .!isInside(channel, count))
        store(power, target + channel)
        sum += power
        channel &+= laneCount
    }
    let factor = Lanes(repeating: 1 / sum.sum())
    channel = 0
    while channel < count {
        store(lanes(target + channel) * factor, target + channel)
        channel &+= laneCount
    }
}

/// Mean and variance in two passes: one pass over squares would lose what the mean and the numbers have in common.
@inline(__always) private func normalize(
    _ job: RowJob, _ source: UnsafePointer<Float>, _ target: UnsafeMutablePointer<Float>, _ count: Int
) {
    var sum = Lanes.zero
    var channel = 0
    while channel < count {
        sum += lanes(source + channel).replacing(with: 0, where: .!isInside(channel, count))
        channel &+= laneCount
    }
    let mean = Lanes(repeating: sum.sum() / Float(count))
    var squares = Lanes.zero
    channel = 0
    while channel < count {
        let distance = (lanes(source + channel) - mean).replacing(with: 0, where: .!isInside(channel, count))
        squares = multiplyAdd(squares, distance, distance)
        channel &+= laneCount
    }
    let factor = Lanes(repeating: 1 / (squares.sum() / Float(count) + job.epsilon).squareRoot())
    channel = 0
    while channel < count {
        var value = (lanes(source + channel) - mean) * factor
        if let scale = job.scale { value *= lanes(scale + channel) }
        if let bias = job.bias { value += lanes(bias + channel) }
        store(value.replacing(with: 0, where: .!isInside(channel, count)), target + channel)
        channel &+= laneCount
    }
}
