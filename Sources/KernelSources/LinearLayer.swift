import CCPU
import KernelTypes

/// A linear layer as dot products along the weight's rows. The weight is larger than any cache, so reading it from memory takes most of the
/// time: the inputs are taken in stretches that stay in the first cache while all rows go over them, and the next rows are fetched ahead.
///
/// Each sum is kept in eight parts, which join a total every 512 products, in the same order for any number of images and outputs.
@Sendable func linearLayer(_ job: LinearJob, _ outputs: Range<Int>) {
    guard !outputs.isEmpty, job.images > 0 else { return }
    let whole = job.inputs / laneCount &* laneCount
    withUnsafeTemporaryAllocation(of: Lanes.self, capacity: outputs.count &* job.images) { totals in
        guard let totals = totals.baseAddress else { return }
        totals.update(repeating: .zero, count: outputs.count &* job.images)
        var first = 0
        if job.images == 1 {
            addProductsOfOne(job, outputs, whole, totals)
            first = whole
        }
        while first < whole {
            let end = first &+ stretch < whole ? first &+ stretch : whole
            addProducts(job, outputs, first, end, totals)
            first = end
        }
        for output in outputs {
            for image in 0..<job.images {
                var sum = totals[(output &- outputs.lowerBound) &* job.images &+ image].sum()
                for index in whole..<job.inputs {
                    sum += job.input[image &* job.inputStride &+ index] * job.weights[output &* job.inputs &+ index]
                }
                finish(sum, job, image, output)
            }
        }
    }
}

/// Products in a stretch: of eight images, 32 KiB.
private let stretch = 1024

/// The products of a single image, which is read again for every four rows, so that each row is read from its beginning to its end: rows that are
/// taken in stretches would need a new page of memory for each.
@inline(__always) private func addProductsOfOne(
    _ job: LinearJob, _ outputs: Range<Int>, _ whole: Int, _ totals: UnsafeMutablePointer<Lanes>
) {
    var output = outputs.lowerBound
    while output < outputs.upperBound {
        // Rows past the end repeat the last one.
        let count = min(4, outputs.upperBound &- output)
        func row(_ index: Int) -> UnsafePointer<Float> { job.weights + (output &+ min(index, count &- 1)) &* job.inputs }
        let (r0, r1, r2, r3) = (row(0), row(1), row(2), row(3))
        let total = totals + (output &- outputs.lowerBound)
        var index = 0
        while index < whole {
            let end = index &+ 512 < whole ? index &+ 512 : whole
            var (a0, a1, a2, a3) = (Lanes.zero, Lanes.zero, Lanes.zero, Lanes.zero)
            while index < end {
                convert_prefetch(r0 + (index &+ streamAhead))
                convert_prefetch(r1 + (index &+ streamAhead))
                convert_prefetch(r2 + (index &+ streamAhead))
                convert_prefetch(r3 + (index &+ streamAhead))
                let x = lanes(job.input + index)
                a0 = multiplyAdd(a0, unaligned(r0 + index), x)
                a1 = multiplyAdd(a1, unaligned(r1 + index), x)
                a2 = multiplyAdd(a2, unaligned(r2 + index), x)
                a3 = multiplyAdd(a3, unaligned(r3 + index), x)
                index &+= laneCount
            }
            total[0] += a0
            if count > 1 { total[1] += a1 }
            if count > 2 { total[2] += a2 }
            if count > 3 { total[3] += a3 }
        }
        output &+= 4
    }
}

/// How far ahead of its use a row is prefetched, in floats: about a memory's latency.
private let streamAhead = 512

@inline(__always) private func unaligned(_ pointer: UnsafePointer<Float>) -> Lanes {
    UnsafeRawPointer(pointer).loadUnaligned(as: Lanes.self)
}

/// The products of one stretch, two rows for four images at a time.
@inline(__always) private func addProducts(
    _ job: LinearJob, _ outputs: Range<Int>, _ first: Int, _ end: Int, _ totals: UnsafeMutablePointer<Lanes>
) {
    var output = outputs.lowerBound
    while output < outputs.upperBound {
        let isLast = output &+ 1 >= outputs.upperBound
        let row = job.weights + output &* job.inputs
        let other = isLast ? row : row + job.inputs
        // After the last rows come the first ones, with the next stretch.
        let isEnd = output &+ 2 >= outputs.upperBound
        let next = isEnd ? job.weights + (outputs.lowerBound &* job.inputs &+ end &- first) : other + job.inputs
        var image = 0
        while image < job.images {
            let left = job.images &- image
            let x = job.input + image &* job.inputStride
            let total = totals + ((output &- outputs.lowerBound) &* job.images &+ image)
            dotProducts(
                row, other, ahead: image == 0 ? next : nil, job.inputs, x, left > 1 ? x + job.inputStride : x,
                left > 2 ? x + 2 &* job.inputStride : x, left > 3 ? x + 3 &* job.inputStride : x, first, end, total,
                isLast ? nil : total + job.images, left)
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

/// Adds the products of both rows with four vectors to the totals of those that exist.
@inline(__always) private func dotProducts(
    _ one: UnsafePointer<Float>, _ other: UnsafePointer<Float>, ahead: UnsafePointer<Float>?, _ rowStride: Int, _ r0: UnsafePointer<Float>,
    _ r1: UnsafePointer<Float>, _ r2: UnsafePointer<Float>, _ r3: UnsafePointer<Float>, _ first: Int, _ whole: Int,
    _ total: UnsafeMutablePointer<Lanes>, _ otherTotal: UnsafeMutablePointer<Lanes>?, _ count: Int
) {
    let (rowBytes, otherBytes) = (UnsafeRawPointer(one), UnsafeRawPointer(other))
    var index = first
    while index < whole {
        let end = index &+ 512 < whole ? index &+ 512 : whole
        var (a0, a1, a2, a3) = (Lanes.zero, Lanes.zero, Lanes.zero, Lanes.zero)
        var (b0, b1, b2, b3) = (Lanes.zero, Lanes.zero, Lanes.zero, Lanes.zero)
        while index < end {
            if let ahead {
                convert_prefetch_early(ahead + index)
                convert_prefetch_early(ahead + (index &+ rowStride))
            }
            let u = rowBytes.loadUnaligned(fromByteOffset: index &* 4, as: Lanes.self)
            let v = otherBytes.loadUnaligned(fromByteOffset: index &* 4, as: Lanes.self)
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
        total[0] += a0
        if count > 1 { total[1] += a1 }
        if count > 2 { total[2] += a2 }
        if count > 3 { total[3] += a3 }
        guard let otherTotal else { continue }
        otherTotal[0] += b0
        if count > 1 { otherTotal[1] += b1 }
        if count > 2 { otherTotal[2] += b2 }
        if count > 3 { otherTotal[3] += b3 }
    }
}
