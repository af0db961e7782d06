import KernelTypes

/// A linear layer as dot products along the weight's rows, which are read once for four images: the weight is larger than any cache, so
/// its way from memory is what takes time. Each product sum is kept in 32 parts, in the same order for any number of images.
@Sendable func linearLayer(_ job: LinearJob, _ outputs: Range<Int>) {
    for output in outputs {
        let weights = UnsafeRawPointer(job.weights + output &* job.inputs)
        var image = 0
        while image < job.images {
            let count = min(4, job.images &- image)
            @inline(__always) func row(_ index: Int) -> UnsafePointer<Float> {
                job.input + (image &+ min(index, count &- 1)) &* job.inputStride
            }
            let sums = dotProducts(weights, row(0), row(1), row(2), row(3), job.inputs)
            for index in 0..<count {
                var value = sums[index]
                if let scale = job.scale { value *= scale[output] }
                if let bias = job.bias { value += bias[output] }
                switch job.activation {
                case .none: break
                case .relu: value = max(value, 0)
                case .prelu(let slopes): value = value < 0 ? value * slopes[output] : value
                }
                job.output[(image &+ index) &* job.outputStride &+ output] = value
            }
            image &+= 4
        }
    }
}

@inline(__always) private func dotProducts(
    _ weights: UnsafeRawPointer, _ r0: UnsafePointer<Float>, _ r1: UnsafePointer<Float>, _ r2: UnsafePointer<Float>,
    _ r3: UnsafePointer<Float>, _ count: Int
) -> SIMD4<Float> {
    var (a0, a1, a2, a3) = (Lanes.zero, Lanes.zero, Lanes.zero, Lanes.zero)
    var (b0, b1, b2, b3) = (Lanes.zero, Lanes.zero, Lanes.zero, Lanes.zero)
    var (t0, t1, t2, t3) = (Lanes.zero, Lanes.zero, Lanes.zero, Lanes.zero)
    var index = 0
    let whole = count / 16 &* 16
    while index < whole {
        // Short partial sums: see `partialTerms`.
        let end = min(whole, index &+ 1024)
        while index < end {
            let u = weights.loadUnaligned(fromByteOffset: index &* 4, as: Lanes.self)
            let v = weights.loadUnaligned(fromByteOffset: (index &+ 8) &* 4, as: Lanes.self)
            a0 = multiplyAdd(a0, u, lanes(r0 + index))
            b0 = multiplyAdd(b0, v, lanes(r0 + (index &+ 8)))
            a1 = multiplyAdd(a1, u, lanes(r1 + index))
            b1 = multiplyAdd(b1, v, lanes(r1 + (index &+ 8)))
            a2 = multiplyAdd(a2, u, lanes(r2 + index))
            b2 = multiplyAdd(b2, v, lanes(r2 + (index &+ 8)))
            a3 = multiplyAdd(a3, u, lanes(r3 + index))
            b3 = multiplyAdd(b3, v, lanes(r3 + (index &+ 8)))
            index &+= 16
        }
        t0 += a0 + b0
        t1 += a1 + b1
        t2 += a2 + b2
        t3 += a3 + b3
        (a0, a1, a2, a3) = (.zero, .zero, .zero, .zero)
        (b0, b1, b2, b3) = (.zero, .zero, .zero, .zero)
    }
    var sums = SIMD4<Float>(t0.sum(), t1.sum(), t2.sum(), t3.sum())
    while index < count {
        let weight = weights.loadUnaligned(fromByteOffset: index &* 4, as: Float.self)
        sums += SIMD4(r0[index], r1[index], r2[index], r3[index]) * weight
        index &+= 1
    }
    return sums
}
