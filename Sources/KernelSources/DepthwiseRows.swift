import KernelTypes

/// Rows of 3 × 3 windows that lie inside the image but for one column on either side: four neighbors at a time, which share most of their
/// inputs, and one vector of channels along all rows, so that its weights stay in registers. Each sum has the order that `DepthwiseWindow`
/// gives it.
struct DepthwiseRows {
    let weights: UnsafePointer<Float>
    /// Rows of the flattened batch.
    let rows: Range<Int>
    /// Zeros that are read in place of pixels outside.
    let zeros: UnsafePointer<Float>

    /// Whether windows are of the only size that this is written for.
    @inline(__always) static func areMeant(for job: WindowJob) -> Bool {
        guard job.takesPaddingAsZeros, job.kernelHeight == 3, job.kernelWidth == 3, job.dilationY == 1, job.dilationX == 1,
            job.strideX == 1 || job.strideX == 2
        else { return false }
        let lastColumn = (job.output.width &- 1) &* job.strideX &- job.paddingLeft &+ 2
        return job.output.width >= 4 && job.paddingLeft <= 1 && lastColumn <= job.input.width
    }

    @inline(__always) func put(_ job: WindowJob, _ channels: Range<Int>) {
        if job.strideX == 1 {
            put(job, channels, StrideOne.self)
        } else {
            put(job, channels, StrideTwo.self)
        }
    }

    @inline(__always) private func put<Stride: ColumnStride>(_ job: WindowJob, _ channels: Range<Int>, _ stride: Stride.Type) {
        var channel = channels.lowerBound
        while channel < channels.upperBound {
            let isHalf = Vector.scalarCount > laneCount && channel &+ Vector.scalarCount > channels.upperBound
            let finish = Finish(
                bias: job.bias, job.activation, output: job.output, residual: job.residual, channel: channel, isHalf: isHalf)
            switch isHalf ? nil : finish.plainKind {
            case .bounded: put(job, channel, finish, stride, Bounded.self)
            case .sloped: put(job, channel, finish, stride, Sloped.self)
            case nil where isHalf: put(job, channel, finish, stride, HalfVector.self)
            case nil: put(job, channel, finish, stride, WholeVector.self)
            }
            channel &+= Vector.scalarCount
        }
    }

    /// One vector of channels. The kinds are types, so that the loop is compiled for each.
    @inline(never) private func put<Stride: ColumnStride, Store: SumStore>(
        _ job: WindowJob, _ channel: Int, _ finish: Finish, _ stride: Stride.Type, _ store: Store.Type
    ) {
        let (input, output, residual) = (job.input, job.output, job.residual ?? job.output)
        let (step, padded) = (input.pixelStride, output.paddedChannels)
        @inline(__always) func weight(_ tap: Int) -> Vector { loadVector(weights + (tap &* padded &+ channel), isHalf: Store.isHalf) }
        let w0 = Weights(weight(0), weight(1), weight(2))
        let w1 = Weights(weight(3), weight(4), weight(5))
        let w2 = Weights(weight(6), weight(7), weight(8))
        let lastLeft = input.width &- 3 &* Stride.step &- 2
        for flat in rows {
            let image = flat / output.height
            let row = flat &- image &* output.height
            let top = row &* job.strideY &- job.paddingTop
            let taps = tapsInside(top, 3, 1, input.height)
            var column = 0
            while column < output.width {
                // The last four begin earlier, and those of them that were there already are stored once more.
                column = min(column, output.width &- 4)
                let left = column &* Stride.step &- job.paddingLeft
                let window = RowWindow(
                    UnsafePointer(input.base) + (input.place(image, top, left) &+ channel), step, input.rowStride,
                    zeros: zeros, isLeftOutside: left < 0, lastStep: 3 &* Stride.step &+ 2, isRightOutside: left >= lastLeft)
                var sums = FourSums()
                if taps.count == 3 {
                    sums.add(window, 0, w0, stride, store)
                    sums.add(window, 1, w1, stride, store)
                    sums.add(window, 2, w2, stride, store)
                } else {
                    for tap in taps { sums.add(window, tap, tap == 0 ? w0 : tap == 1 ? w1 : w2, stride, store) }
                }
                let (to, from) = (output.place(image, row, column), residual.place(image, row, column))
                Store.put(sums.s0, finish, to, from)
                Store.put(sums.s1, finish, to &+ output.pixelStride, from &+ residual.pixelStride)
                Store.put(sums.s2, finish, to &+ 2 &* output.pixelStride, from &+ 2 &* residual.pixelStride)
                Store.put(sums.s3, finish, to &+ 3 &* output.pixelStride, from &+ 3 &* residual.pixelStride)
                column &+= 4
            }
        }
    }
}

/// The three weights of a row of the kernel.
private struct Weights {
    let w0, w1, w2: Vector

    @inline(__always) init(_ w0: Vector, _ w1: Vector, _ w2: Vector) { (self.w0, self.w1, self.w2) = (w0, w1, w2) }
}

/// The inputs of four neighbors.
private struct RowWindow {
    let place, first, last: UnsafePointer<Float>
    let step, rowStride, firstStride, lastStride: Int

    @inline(__always) init(
        _ place: UnsafePointer<Float>, _ step: Int, _ rowStride: Int, zeros: UnsafePointer<Float>, isLeftOutside: Bool, lastStep: Int,
        isRightOutside: Bool
    ) {
        (self.place, self.step, self.rowStride) = (place, step, rowStride)
        first = isLeftOutside ? zeros : place
        firstStride = isLeftOutside ? 0 : rowStride
        last = isRightOutside ? zeros : place + lastStep &* step
        lastStride = isRightOutside ? 0 : rowStride
    }
}

private struct FourSums {
    var s0 = Vector.zero, s1 = Vector.zero, s2 = Vector.zero, s3 = Vector.zero

    /// Adds the products of one row of the kernel.
    @inline(__always) mutating func add<Stride: ColumnStride, Store: SumStore>(
        _ window: RowWindow, _ row: Int, _ w: Weights, _ stride: Stride.Type, _ store: Store.Type
    ) {
        let place = window.place + row &* window.rowStride
        @inline(__always) func load(_ pixel: Int) -> Vector { loadVector(place + pixel &* window.step, isHalf: Store.isHalf) }
        let first = loadVector(window.first + row &* window.firstStride, isHalf: Store.isHalf)
        let last = loadVector(window.last + row &* window.lastStride, isHalf: Store.isHalf)
        let (x1, x2, x3, x4) = (load(1), load(2), load(3), load(4))
        s0 = multiplyAdd(multiplyAdd(multiplyAdd(s0, first, w.w0), x1, w.w1), x2, w.w2)
        if Stride.step == 1 {
            s1 = multiplyAdd(multiplyAdd(multiplyAdd(s1, x1, w.w0), x2, w.w1), x3, w.w2)
            s2 = multiplyAdd(multiplyAdd(multiplyAdd(s2, x2, w.w0), x3, w.w1), x4, w.w2)
            s3 = multiplyAdd(multiplyAdd(multiplyAdd(s3, x3, w.w0), x4, w.w1), last, w.w2)
        } else {
            let (x5, x6, x7) = (load(5), load(6), load(7))
            s1 = multiplyAdd(multiplyAdd(multiplyAdd(s1, x2, w.w0), x3, w.w1), x4, w.w2)
            s2 = multiplyAdd(multiplyAdd(multiplyAdd(s2, x4, w.w0), x5, w.w1), x6, w.w2)
            s3 = multiplyAdd(multiplyAdd(multiplyAdd(s3, x6, w.w0), x7, w.w1), last, w.w2)
        }
    }
}

private protocol ColumnStride {
    static var step: Int { get }
}

private enum StrideOne: ColumnStride {
    @inline(__always) static var step: Int { 1 }
}

private enum StrideTwo: ColumnStride {
    @inline(__always) static var step: Int { 2 }
}

/// How a vector of sums is finished and stored.
private protocol SumStore {
    static var isHalf: Bool { get }
    static func put(_ sum: Vector, _ finish: Finish, _ output: Int, _ residual: Int)
}

private enum Bounded: SumStore {
    @inline(__always) static var isHalf: Bool { false }
    @inline(__always) static func put(_ sum: Vector, _ finish: Finish, _ output: Int, _ residual: Int) {
        storeVector(finish.bounded(sum), finish.output + output, isHalf: false)
    }
}

private enum Sloped: SumStore {
    @inline(__always) static var isHalf: Bool { false }
    @inline(__always) static func put(_ sum: Vector, _ finish: Finish, _ output: Int, _ residual: Int) {
        storeVector(finish.sloped(sum), finish.output + output, isHalf: false)
    }
}

private enum WholeVector: SumStore {
    @inline(__always) static var isHalf: Bool { false }
    @inline(__always) static func put(_ sum: Vector, _ finish: Finish, _ output: Int, _ residual: Int) {
        finish.put(sum, output: output, residual: residual)
    }
}

private enum HalfVector: SumStore {
    @inline(__always) static var isHalf: Bool { true }
    @inline(__always) static func put(_ sum: Vector, _ finish: Finish, _ output: Int, _ residual: Int) {
        finish.put(sum, output: output, residual: residual)
    }
}
