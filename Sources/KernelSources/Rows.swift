import KernelTypes

/// A function of the channels of each pixel, in rows of the flattened batch.
@Sendable func mapRows(_ job: RowJob, _ rows: Range<Int>) {
    let (input, output) = (job.input, job.output)
    for flat in rows {
        let image = flat / output.height
        let row = flat &- image &* output.height
        if case .softmax = job.kind, output.channels == 2, output.width > 1 {
            softmaxOfTwo(input, output, image, row)
            continue
        }
        for column in 0..<output.width {
            let (source, target) = (UnsafePointer(input.pixel(image, row, column)), output.pixel(image, row, column))
            switch job.kind {
            case .softmax: softmax(source, target, output.channels)
            case .layerNormalization: normalize(job, source, target, output.channels)
            }
        }
    }
}

/// Calls `body` for every register of channels; `inside` says which of its numbers are channels, if not all are.
@inline(__always) private func forEachVector(
    _ count: Int, _ body: (_ channel: Int, _ isHalf: Bool, _ inside: SIMDMask<Integers>?) -> Void
) {
    let whole = count / Vector.scalarCount &* Vector.scalarCount
    var channel = 0
    while channel < whole {
        body(channel, false, nil)
        channel &+= Vector.scalarCount
    }
    guard whole < count else { return }
    var places = Integers.zero
    for index in 0..<Vector.scalarCount { places[index] = Int32(truncatingIfNeeded: index) }
    let inside = places .< Integers(repeating: Int32(truncatingIfNeeded: count &- whole))
    body(whole, count &- whole <= laneCount, inside)
}

@inline(__always) private func softmax(_ source: UnsafePointer<Float>, _ target: UnsafeMutablePointer<Float>, _ count: Int) {
    var largest = Vector(repeating: -.infinity)
    forEachVector(count) { channel, isHalf, inside in
        var value = loadVector(source + channel, isHalf: isHalf)
        if let inside { value.replace(with: Vector(repeating: -.infinity), where: .!inside) }
        // A NaN compares as nothing, and stays.
        largest.replace(with: value, where: .!(value .<= largest) .& (largest .== largest))
    }
    let top = Vector(repeating: largest.max())
    var sum = Vector.zero
    forEachVector(count) { channel, isHalf, inside in
        var power = powerOfNegative(loadVector(source + channel, isHalf: isHalf) - top)
        if let inside { power.replace(with: Vector.zero, where: .!inside) }
        storeVector(power, target + channel, isHalf: isHalf)
        sum += power
    }
    let factor = Vector(repeating: 1 / sum.sum())
    forEachVector(count) { channel, isHalf, _ in
        storeVector(loadVector(UnsafePointer(target + channel), isHalf: isHalf) * factor, target + channel, isHalf: isHalf)
    }
}

/// The softmax of two channels, as a detector has at every pixel: as many pixels of a row at a time as a register has numbers.
@inline(__always) private func softmaxOfTwo(_ input: ImageView, _ output: ImageView, _ image: Int, _ row: Int) {
    let (size, last) = (Vector.scalarCount, output.width &- 1)
    let (source, target) = (input.pixel(image, row, 0), output.pixel(image, row, 0))
    var column = 0
    while column <= last {
        // Pixels past the end are the last one again.
        @inline(__always) func pixel(_ index: Int) -> Int { min(column &+ index, last) }
        var (one, other) = (Vector.zero, Vector.zero)
        for index in 0..<size {
            let place = source + pixel(index) &* input.pixelStride
            (one[index], other[index]) = (place[0], place[1])
        }
        // A NaN compares as nothing, and stays.
        let top = one.replacing(with: other, where: .!(other .<= one) .& (one .== one))
        one = powerOfNegative(one - top)
        other = powerOfNegative(other - top)
        let factor = 1 / (one + other)
        one *= factor
        other *= factor
        for index in 0..<size {
            let numbers = Lanes(one[index], other[index], 0, 0, 0, 0, 0, 0)
            store(numbers, target + pixel(index) &* output.pixelStride)
        }
        column &+= size
    }
}

/// Mean and variance in two passes: one pass over squares would lose what the mean and the numbers have in common.
@inline(__always) private func normalize(
    _ job: RowJob, _ source: UnsafePointer<Float>, _ target: UnsafeMutablePointer<Float>, _ count: Int
) {
    var sum = Vector.zero
    forEachVector(count) { channel, isHalf, inside in
        var value = loadVector(source + channel, isHalf: isHalf)
        if let inside { value.replace(with: Vector.zero, where: .!inside) }
        sum += value
    }
    let mean = Vector(repeating: sum.sum() / Float(count))
    var squares = Vector.zero
    forEachVector(count) { channel, isHalf, inside in
        var distance = loadVector(source + channel, isHalf: isHalf) - mean
        if let inside { distance.replace(with: Vector.zero, where: .!inside) }
        squares = multiplyAdd(squares, distance, distance)
    }
    let factor = Vector(repeating: 1 / (squares.sum() / Float(count) + job.epsilon).squareRoot())
    forEachVector(count) { channel, isHalf, inside in
        var value = (loadVector(source + channel, isHalf: isHalf) - mean) * factor
        if let scale = job.scale { value *= loadVector(scale + channel, isHalf: isHalf) }
        if let bias = job.bias { value += loadVector(bias + channel, isHalf: isHalf) }
        if let inside { value.replace(with: Vector.zero, where: .!inside) }
        storeVector(value, target + channel, isHalf: isHalf)
    }
}
