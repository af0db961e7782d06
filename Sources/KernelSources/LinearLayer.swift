import KernelTypes

/// A linear layer as dot products along the weight's rows, two rows for four images at a time. The weight is larger than any cache, so
/// reading it from memory takes most of the time, and two streams are faster than one. Each sum is kept in eight parts, which join a total
/// every 512 products, in the same order for any number of images.
@Sendable func linearLayer(_ job: LinearJob, _ outputs: Range<Int>) {
    var output = outputs.lowerBound
    while output < outputs.upperBound {
        let second = min(output &+ 1, outputs.upperBound &- 1)
        let (one, other) = (UnsafeRawPointer(job.weights + output &* job.inputs), UnsafeRawPointer(job.weights + second &* job.inputs))
        var image = 0
        while image < job.images {
            let count = min(4, job.images &- image)
            @inline(__always) func row(_ index: Int) -> UnsafePointer<Float> {
                job.input + (image &+ min(index, count &- 1)) &* job.inputStride
            }
            let sums = dotProducts(one, other, row(0), row(1), row(2), row(3), job.inputs)
            for index in 0..<count {
                finish(sums.0[index], job, image &+ index, output)
                if second != output { finish(sums.1[index], job, image &+ index, second) }
            }
            image &+= 4
        }
        output &+= 2
    }
}

@inline(__always) private func finish(_ sum: Float, _ job: LinearJob, _ image: Int, _ output: Int) {
    var value = sum
    if let scale = job.scale { value *= scale[output] }
    if let bias = job.bias { value += bias[output] }
    switch job.activation {
    case .none: break
    case .relu: value = value < 0 ? 0 : value
    case .prelu(let slopes): value = value < 0 ? value * slopes[output] : value
    case .clip(let low, let high): value = value < low ? low : value > high ? high : value
    case .hardSwish: value = hardSwish(Lanes(repeating: value))[0]
    }
    if let curve = job.curve { value = bent(value, curve) }
    job.output[image &* job.outputStride &+ output] = value
}

/// The products of both rows with four vectors.
@inline(__always) private func dotProducts(
    _ one: UnsafeRawPointer, _ other: UnsafeRawPointer, _ r0: UnsafePointer<Float>, _ r1: UnsafePointer<Float>, _ r2: UnsafePointer<Float>,
    _ r3: UnsafePointer<Float>, _ count: Int
) -> (SIMD4<Float>, SIMD4<Float>) {
    var (s0, s1, s2, s3) = (Lanes.zero, Lanes.zero, Lanes.zero, Lanes.zero)
    var (t0, t1, t2, t3) = (Lanes.zero, Lanes.zero, Lanes.zero, Lanes.zero)
    let whole = count / laneCount &* laneCount
    var index = 0
    while index < whole {
        let end = min(whole, index &+ 512)
        var (a0, a1, a2, a3) = (Lanes.zero, Lanes.zero, Lanes.zero, Lanes.zero)
        var (b0, b1, b2, b3) = (Lanes.zero, Lanes.zero, Lanes.zero, Lanes.zero)
        while index < end {
            let u = one.loadUnaligned(fromByteOffset: index &* 4, as: Lanes.self)
            let v = other.loadUnaligned(fromByteOffset: index &* 4, as: Lanes.self)
            let (x0, x1, x2, x3) = (lanes(r0 + index), lanes(r1 + index), lanes(r2 + index), lanes(r3 + index))
            a0 = multiplyAdd(a0, u, x0)
            b0 = multiplyAdd(b0, v, x0)
            a1 = multiplyAdd(a1, u, x1)
            b1 = multiplyAdd(b1, v, x1)
            a2 = multiplyAdd(a2, u, x2)
            b2 = multiplyAdd(b2, v, x2)
            a3 = multiplyAdd(a3, u, x3)
            b3 = multiplyAdd(b3, v, x3)
            index &+= laneCount
        }
        (s0, s1, s2, s3) = (s0 + a0, s1 + a1, s2 + a2, s3 + a3)
        (t0, t1, t2, t3) = (t0 + b0, t1 + b1, t2 + b2, t3 + b3)
    }
    var first = SIMD4<Float>(s0.sum(), s1.sum(), s2.sum(), s3.sum())
    var second = SIMD4<Float>(t0.sum(), t1.sum(), t2.sum(), t3.sum())
    while index < count {
        let numbers = SIMD4(r0[index], r1[index], r2[index], r3[index])
        first += numbers * one.loadUnaligned(fromByteOffset: index &* 4, as: Float.self)
        second += numbers * other.loadUnaligned(fromByteOffset: index &* 4, as: Float.self)
        index &+= 1
    }
    return (first, second)
}
