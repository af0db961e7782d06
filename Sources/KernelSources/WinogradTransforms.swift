import CCPU
import KernelTypes

private let p: Float = 0.7071067811865476
private let q: Float = 1.4142135623730951

/// The six vectors that the transform of one axis takes or gives.
private struct Six {
    var v0, v1, v2, v3, v4, v5: Vector

    @inline(__always) init(_ v0: Vector, _ v1: Vector, _ v2: Vector, _ v3: Vector, _ v4: Vector, _ v5: Vector) {
        (self.v0, self.v1, self.v2, self.v3, self.v4, self.v5) = (v0, v1, v2, v3, v4, v5)
    }

    /// Loads six vectors that lie `step` floats apart.
    @inline(__always) init(_ from: UnsafePointer<Float>, step: Int) {
        @inline(__always) func load(_ index: Int) -> Vector { loadVector(from + index &* step, isHalf: false) }
        self.init(load(0), load(1), load(2), load(3), load(4), load(5))
    }

    /// Stores six vectors `step` floats apart.
    @inline(__always) func store(_ target: UnsafeMutablePointer<Float>, step: Int) {
        storeVector(v0, target, isHalf: false)
        storeVector(v1, target + step, isHalf: false)
        storeVector(v2, target + 2 &* step, isHalf: false)
        storeVector(v3, target + 3 &* step, isHalf: false)
        storeVector(v4, target + 4 &* step, isHalf: false)
        storeVector(v5, target + 5 &* step, isHalf: false)
    }
}

/// Bᵀ along one axis.
@inline(__always) private func forward(_ d: Six) -> Six {
    let even = multiplyAdd(d.v4, d.v2, Vector(repeating: -2))
    let odd = multiplyAdd(d.v3, d.v1, Vector(repeating: -2)) * p
    let evenFar = multiplyAdd(d.v4, d.v2, Vector(repeating: -0.5))
    let oddFar = multiplyAdd(d.v3, d.v1, Vector(repeating: -0.5)) * q
    return Six(
        multiplyAdd(d.v0 + d.v4, d.v2, Vector(repeating: -2.5)), even + odd, even - odd, evenFar + oddFar, evenFar - oddFar,
        multiplyAdd(d.v1 + d.v5, d.v3, Vector(repeating: -2.5)))
}

/// Aᵀ along one axis: the four outputs.
@inline(__always) private func backward(_ m: Six) -> (Vector, Vector, Vector, Vector) {
    let (near, far) = (m.v1 + m.v2, m.v3 + m.v4)
    let (nearOdd, farOdd) = ((m.v1 - m.v2) * p, (m.v3 - m.v4) * q)
    return (
        m.v0 + near + far, nearOdd + farOdd, multiplyAdd(near * Float(0.5), far, Vector(repeating: 2)),
        multiplyAdd(multiplyAdd(m.v5, nearOdd, Vector(repeating: 0.5)), farOdd, Vector(repeating: 2))
    )
}

/// The position of a tile of 4 × 4 outputs.
private struct TilePlace {
    let image, top, left: Int

    @inline(__always) init(_ tile: Int, _ job: ConvolutionJob) {
        let perImage = job.tileRows &* job.tileColumns
        image = tile / perImage
        let rest = tile &- image &* perImage
        let row = rest / job.tileColumns
        top = row &* 4
        left = (rest &- row &* job.tileColumns) &* 4
    }
}

/// Applies a curve to the outputs of tiles.
@inline(never) func bend(_ job: ConvolutionJob, _ curve: Curve, _ tiles: Range<Int>, _ blocks: Range<Int>) {
    let output = job.output
    for tile in tiles {
        let place = TilePlace(tile, job)
        for row in place.top..<min(output.height, place.top &+ 4) {
            bend(
                output.pixel(place.image, row, place.left), output, curve, columns: min(4, output.width &- place.left), blocks)
        }
    }
}

/// Transforms one tile of 6 × 6 inputs, all channels, into its row of each of the 36 matrices, which lie `step` floats apart.
@inline(__always) func transformInput(
    _ job: ConvolutionJob, _ tile: Int, _ target: UnsafeMutablePointer<Float>, _ step: Int, _ middle: UnsafeMutablePointer<Float>
) {
    let (input, place) = (job.input, TilePlace(tile, job))
    let (top, left) = (place.top &- job.paddingTop, place.left &- job.paddingLeft)
    let isInside = top >= 0 && left >= 0 && top &+ 6 <= input.height && left &+ 6 <= input.width
    let corner = UnsafePointer(input.base + input.place(place.image, top, left))
    var channel = 0
    while channel < input.paddedChannels {
        let isHalf = channel &+ Vector.scalarCount > input.paddedChannels
        let scale = job.inputScale.map { loadVector($0 + channel, isHalf: isHalf) } ?? Vector(repeating: 1)
        let shift = job.inputShift.map { loadVector($0 + channel, isHalf: isHalf) } ?? .zero
        if isInside, !isHalf {
            transformInput(middle, target + channel, step) { row, column in
                multiplyAdd(shift, loadVector(corner + (input.place(0, row, column) &+ channel), isHalf: false), scale)
            }
        } else {
            transformInput(middle, target + channel, step) { row, column in
                // Positions outside the image are zero, even after scale and shift.
                let (y, x) = (top &+ row, left &+ column)
                if y < 0 || x < 0 || y >= input.height || x >= input.width { return .zero }
                return multiplyAdd(shift, loadVector(corner + (input.place(0, row, column) &+ channel), isHalf: isHalf), scale)
            }
        }
        channel &+= Vector.scalarCount
    }
}

/// The transform of 6 × 6 vectors.
@inline(__always) private func transformInput(
    _ middle: UnsafeMutablePointer<Float>, _ target: UnsafeMutablePointer<Float>, _ step: Int, _ load: (Int, Int) -> Vector
) {
    let width = Vector.scalarCount
    for column in 0..<6 {
        forward(Six(load(0, column), load(1, column), load(2, column), load(3, column), load(4, column), load(5, column)))
            .store(middle + column &* width, step: 6 &* width)
    }
    for row in 0..<6 {
        forward(Six(UnsafePointer(middle + row &* 6 &* width), step: width)).store(target + row &* 6 &* step, step: step)
    }
}

/// Prefetches the inputs of a tile.
@inline(__always) func prefetchInput(_ job: ConvolutionJob, _ tile: Int) {
    let (input, place) = (job.input, TilePlace(tile, job))
    let (top, left) = (place.top &- job.paddingTop, place.left &- job.paddingLeft)
    // A tile may lie in the padding alone. The first two columns are the last two of the previous tile.
    let (firstRow, firstColumn) = (max(0, top), max(0, left &+ 2))
    for row in firstRow..<max(firstRow, min(input.height, top &+ 6)) {
        for column in firstColumn..<max(firstColumn, min(input.width, left &+ 6)) {
            let pixel = input.pixel(place.image, row, column)
            var channel = 0
            while channel < input.paddedChannels {
                convert_prefetch_early(pixel + channel)
                channel &+= blockChannels
            }
        }
    }
}

/// Prefetches the memory that a tile's output transform will access.
@inline(__always) func prefetchOutput(_ job: ConvolutionJob, _ tile: Int, _ finish: Finish, _ blocks: Int) {
    let (output, place) = (job.output, TilePlace(tile, job))
    let residual = job.residual ?? output
    for row in place.top..<min(output.height, place.top &+ 4) {
        for column in place.left..<min(output.width, place.left &+ 4) {
            let (to, from) = (output.place(place.image, row, column), residual.place(place.image, row, column))
            finish.prefetch(output: to, residual: from)
            if blocks > 1 { finish.prefetch(output: to &+ blockChannels, residual: from &+ blockChannels) }
        }
    }
}

/// Transforms channels of one tile, as many as a vector holds, from the 36 matrices to at most 4 × 4 outputs.
@inline(__always) func transformOutput(
    _ job: ConvolutionJob, _ tile: Int, _ from: UnsafePointer<Float>, _ step: Int, _ channel: Int, _ middle: UnsafeMutablePointer<Float>
) {
    let (output, place, width) = (job.output, TilePlace(tile, job), Vector.scalarCount)
    let (rows, columns) = (min(4, output.height &- place.top), min(4, output.width &- place.left))
    for column in 0..<6 {
        let y = backward(Six(from + column &* step, step: 6 &* step))
        storeVector(y.0, middle + column &* width, isHalf: false)
        storeVector(y.1, middle + (6 &+ column) &* width, isHalf: false)
        storeVector(y.2, middle + (12 &+ column) &* width, isHalf: false)
        storeVector(y.3, middle + (18 &+ column) &* width, isHalf: false)
    }
    let finish = Finish(job, channel: channel)
    let residual = job.residual ?? output
    for row in 0..<rows {
        let y = backward(Six(UnsafePointer(middle + row &* 6 &* width), step: width))
        let (to, from) = (
            output.place(place.image, place.top &+ row, place.left), residual.place(place.image, place.top &+ row, place.left)
        )
        finish.put(y.0, output: to, residual: from)
        if columns > 1 { finish.put(y.1, output: to &+ output.pixelStride, residual: from &+ residual.pixelStride) }
        if columns > 2 { finish.put(y.2, output: to &+ 2 &* output.pixelStride, residual: from &+ 2 &* residual.pixelStride) }
        if columns > 3 { finish.put(y.3, output: to &+ 3 &* output.pixelStride, residual: from &+ 3 &* residual.pixelStride) }
    }
}
