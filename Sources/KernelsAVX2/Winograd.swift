import KernelTypes

/// Winograd convolution F(4×4, 3×3) with the points 0, ±√½, ±√2 and ∞ (Lavin and Gray, arXiv 1509.09308; the points as in Barabasz et al.,
/// arXiv 1803.10986): 36 multiplications give 16 outputs, where the definition needs 144.
///
/// With p = √½ and q = √2 the transforms are, for one axis: Bᵀ from the polynomials ∏(x − aₖ) over the other points, Aᵀ from powers of the
/// points, G (in the packing of weights) from powers over ∏(aⱼ − aₖ). A tile's sums have the same order whatever tiles are beside it.
@Sendable func winogradConvolution(
    _ job: ConvolutionJob, _ tiles: Range<Int>, _ blocks: Range<Int>, _ scratch: UnsafeMutablePointer<Float>
) {
    let channels = job.input.paddedChannels
    let count = tiles.count
    // Transformed inputs: 36 × tiles × channels; sums of one block: 36 × tiles × 16. The 36 matrices are a cache line further apart than
    // they are long: at multiples of 4,096 bytes all would fall on the same few lines of the cache.
    let inputStep = count &* channels &+ winogradGap
    let sumStep = count &* blockChannels &+ winogradGap
    let transformed = scratch
    let sums = scratch + 36 &* (winogradTiles &* channels &+ winogradGap)
    for index in 0..<count { transformInput(job, tiles.lowerBound &+ index, transformed + index &* channels, inputStep) }
    let blockSize = channels &* blockChannels
    for block in blocks {
        for position in 0..<36 {
            let weights = UnsafeRawPointer(job.weights + (block &* 36 &+ position) &* blockSize)
                .assumingMemoryBound(to: Lanes.self)
            multiplyTiles(
                UnsafePointer(transformed + position &* inputStep), channels, weights, sums + position &* sumStep, count)
        }
        for index in 0..<count {
            let tile = tiles.lowerBound &+ index
            let from = UnsafePointer(sums + index &* blockChannels)
            let channel = block &* blockChannels
            transformOutput(job, tile, from, sumStep, channel)
            if channel &+ laneCount < job.output.paddedChannels {
                transformOutput(job, tile, from + laneCount, sumStep, channel &+ laneCount)
            }
        }
    }
}

/// All tiles times sixteen output channels at one of the 36 positions.
@inline(__always) private func multiplyTiles(
    _ rows: UnsafePointer<Float>, _ channels: Int, _ weights: UnsafePointer<Lanes>, _ sums: UnsafeMutablePointer<Float>, _ count: Int
) {
    var first = 0
    while first < count {
        let last = count &- 1
        @inline(__always) func row(_ index: Int) -> UnsafePointer<Float> { rows + min(first &+ index, last) &* channels }
        var total = Tile6x16()
        var done = 0
        while done < channels {
            // Short sums joined in a total keep what a long chain of additions would lose.
            let terms = min(winogradTerms, channels &- done)
            var part = Tile6x16()
            multiply(
                &part, row(0) + done, row(1) + done, row(2) + done, row(3) + done, row(4) + done, row(5) + done,
                weights + 2 &* done, terms)
            total += part
            done &+= terms
        }
        @inline(__always) func put(_ index: Int, _ a: Lanes, _ b: Lanes) {
            guard first &+ index < count else { return }
            store(a, sums + (first &+ index) &* blockChannels)
            store(b, sums + ((first &+ index) &* blockChannels &+ laneCount))
        }
        put(0, total.a0, total.b0)
        put(1, total.a1, total.b1)
        put(2, total.a2, total.b2)
        put(3, total.a3, total.b3)
        put(4, total.a4, total.b4)
        put(5, total.a5, total.b5)
        first &+= 6
    }
}

/// Products in one partial sum.
private let winogradTerms = 24
/// Tiles that one call may be given: more share each weight, and need more cache.
let winogradTiles = 72
/// Numbers between two of the 36 matrices in scratch.
private let winogradGap = 16

/// Numbers of scratch for so many input channels.
@Sendable func winogradScratch(channels: Int) -> Int {
    let padded = (channels + laneCount - 1) / laneCount * laneCount
    return 36 * (winogradTiles * padded + winogradGap) + 36 * (winogradTiles * blockChannels + winogradGap)
}

private let p: Float = 0.7071067811865476
private let q: Float = 1.4142135623730951

/// Six numbers that the transform of one axis takes or gives.
private struct Six {
    var v0, v1, v2, v3, v4, v5: Lanes
}

/// Bᵀ along one axis.
@inline(__always) private func forward(_ d: Six) -> Six {
    let even = multiplyAdd(d.v4, d.v2, Lanes(repeating: -2))
    let odd = multiplyAdd(d.v3, d.v1, Lanes(repeating: -2)) * p
    let evenFar = multiplyAdd(d.v4, d.v2, Lanes(repeating: -0.5))
    let oddFar = multiplyAdd(d.v3, d.v1, Lanes(repeating: -0.5)) * q
    return Six(
        v0: multiplyAdd(d.v0 + d.v4, d.v2, Lanes(repeating: -2.5)), v1: even + odd, v2: even - odd, v3: evenFar + oddFar,
        v4: evenFar - oddFar, v5: multiplyAdd(d.v1 + d.v5, d.v3, Lanes(repeating: -2.5)))
}

/// Aᵀ along one axis: the four outputs.
@inline(__always) private func backward(_ m: Six) -> (Lanes, Lanes, Lanes, Lanes) {
    let (near, far) = (m.v1 + m.v2, m.v3 + m.v4)
    let (nearOdd, farOdd) = ((m.v1 - m.v2) * p, (m.v3 - m.v4) * q)
    return (
        m.v0 + near + far, nearOdd + farOdd, multiplyAdd(near * Float(0.5), far, Lanes(repeating: 2)),
        multiplyAdd(multiplyAdd(m.v5, nearOdd, Lanes(repeating: 0.5)), farOdd, Lanes(repeating: 2))
    )
}

/// One tile of 6 × 6 inputs, all channels, to its place in each of the 36 matrices, which lie `step` numbers apart.
@inline(__always) private func transformInput(
    _ job: ConvolutionJob, _ tile: Int, _ target: UnsafeMutablePointer<Float>, _ step: Int
) {
    let input = job.input
    let perImage = job.tileRows &* job.tileColumns
    let image = tile / perImage
    let rest = tile &- image &* perImage
    let tileRow = rest / job.tileColumns
    let top = tileRow &* 4 &- job.paddingTop
    let left = (rest &- tileRow &* job.tileColumns) &* 4 &- job.paddingLeft
    let isInside = top >= 0 && left >= 0 && top &+ 6 <= input.height && left &+ 6 <= input.width
    let corner = UnsafePointer(input.base + (image &* input.imageStride &+ top &* input.rowStride &+ left &* input.pixelStride))
    withUnsafeTemporaryAllocation(of: Lanes.self, capacity: 36) { middle in
        var channel = 0
        while channel < input.paddedChannels {
            let scale = job.inputScale.map { lanes($0 + channel) } ?? Lanes(repeating: 1)
            let shift = job.inputShift.map { lanes($0 + channel) } ?? .zero
            let isScaled = job.inputScale != nil
            for column in 0..<6 {
                // Places outside the image are zero, after scale and shift too.
                @inline(__always) func load(_ row: Int) -> Lanes {
                    if !isInside {
                        let (y, x) = (top &+ row, left &+ column)
                        if y < 0 || x < 0 || y >= input.height || x >= input.width { return .zero }
                    }
                    let value = lanes(corner + (row &* input.rowStride &+ column &* input.pixelStride &+ channel))
                    return isScaled ? multiplyAdd(shift, value, scale) : value
                }
                let d = forward(Six(v0: load(0), v1: load(1), v2: load(2), v3: load(3), v4: load(4), v5: load(5)))
                middle[column] = d.v0
                middle[6 &+ column] = d.v1
                middle[12 &+ column] = d.v2
                middle[18 &+ column] = d.v3
                middle[24 &+ column] = d.v4
                middle[30 &+ column] = d.v5
            }
            var out = target + channel
            for row in 0..<6 {
                let from = row &* 6
                let d = forward(
                    Six(
                        v0: middle[from], v1: middle[from &+ 1], v2: middle[from &+ 2], v3: middle[from &+ 3], v4: middle[from &+ 4],
                        v5: middle[from &+ 5]))
                store(d.v0, out)
                store(d.v1, out + step)
                store(d.v2, out + 2 &* step)
                store(d.v3, out + 3 &* step)
                store(d.v4, out + 4 &* step)
                store(d.v5, out + 5 &* step)
                out += 6 &* step
            }
            channel &+= laneCount
        }
    }
}

/// Eight channels of one tile from the 36 matrices to at most 4 × 4 outputs.
@inline(__always) private func transformOutput(
    _ job: ConvolutionJob, _ tile: Int, _ from: UnsafePointer<Float>, _ step: Int, _ channel: Int
) {
    let output = job.output
    let perImage = job.tileRows &* job.tileColumns
    let image = tile / perImage
    let rest = tile &- image &* perImage
    let tileRow = rest / job.tileColumns
    let top = tileRow &* 4
    let left = (rest &- tileRow &* job.tileColumns) &* 4
    let (rows, columns) = (min(4, output.height &- top), min(4, output.width &- left))
    withUnsafeTemporaryAllocation(of: Lanes.self, capacity: 24) { middle in
        for column in 0..<6 {
            @inline(__always) func load(_ row: Int) -> Lanes { lanes(from + (row &* 6 &+ column) &* step) }
            let y = backward(Six(v0: load(0), v1: load(1), v2: load(2), v3: load(3), v4: load(4), v5: load(5)))
            middle[column] = y.0
            middle[6 &+ column] = y.1
            middle[12 &+ column] = y.2
            middle[18 &+ column] = y.3
        }
        let target = output.pixel(image, top, left) + channel
        let residual = job.residual.map { (UnsafePointer($0.pixel(image, top, left) + channel), $0.rowStride, $0.pixelStride) }
        for row in 0..<rows {
            let from = row &* 6
            let y = backward(
                Six(
                    v0: middle[from], v1: middle[from &+ 1], v2: middle[from &+ 2], v3: middle[from &+ 3], v4: middle[from &+ 4],
                    v5: middle[from &+ 5]))
            @inline(__always) func put(_ column: Int, _ value: Lanes) {
                guard column < columns else { return }
                finishLanes(
                    value, target + (row &* output.rowStride &+ column &* output.pixelStride),
                    residual.map { $0.0 + (row &* $0.1 &+ column &* $0.2) }, job, channel)
            }
            put(0, y.0)
            put(1, y.1)
            put(2, y.2)
            put(3, y.3)
        }
    }
}
