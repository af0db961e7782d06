import KernelTypes

/// One output pixel of a convolution: where its window begins in the input, and where it is written.
struct OutputPixel {
    var input: UnsafePointer<Float>
    /// Offsets from the first pixel of the output and of the residual, in floats.
    var output, residual: Int
}

/// Kernel rows and columns whose inputs are not all padding.
struct TapRectangle {
    var firstRow, endRow, firstColumn, endColumn: Int

    static let none = TapRectangle(firstRow: .max, endRow: 0, firstColumn: .max, endColumn: 0)

    @inline(__always) mutating func formUnion(_ other: TapRectangle) {
        firstRow = min(firstRow, other.firstRow)
        endRow = max(endRow, other.endRow)
        firstColumn = min(firstColumn, other.firstColumn)
        endColumn = max(endColumn, other.endColumn)
    }
}

/// Outputs along one axis, and their taps that lie inside the image.
struct TapAxis {
    let inputs, outputs, kernel, stride, padding, dilation: Int

    /// The longest run of outputs from `first` on with the same taps inside, and those taps.
    @inline(__always) func stretch(from first: Int) -> (end: Int, firstTap: Int, endTap: Int) {
        let (firstTap, endTap) = taps(first)
        var end = first &+ 1
        if firstTap == 0, endTap == kernel {
            // Up to where the last tap leaves the image: computed and not searched, as this is most of a large image.
            end = max(end, (inputs &+ padding &- (kernel &- 1) &* dilation &- 1) / stride &+ 1)
        }
        while end < outputs, taps(end) == (firstTap, endTap) { end &+= 1 }
        return (min(end, outputs), firstTap, endTap)
    }

    @inline(__always) private func taps(_ output: Int) -> (Int, Int) {
        let origin = output &* stride &- padding
        let first = origin >= 0 ? 0 : min(kernel, (dilation &- 1 &- origin) / dilation)
        let end = min(kernel, max(0, inputs &- origin &+ dilation &- 1) / dilation)
        return (first, max(first, end))
    }
}

/// Lists pixels of the flattened batch so that those with the same taps inside the image are adjacent, and the taps of each tile of them, so
/// that it can skip its products with padding. The order changes no result, because each pixel is an independent sum.
///
/// - Parameter tiles: for each tile, the taps that lie inside the image for any of its pixels.
@inline(__always) func listPixels(
    _ job: ConvolutionJob, _ pixels: Range<Int>, _ list: UnsafeMutablePointer<OutputPixel>, _ tiles: UnsafeMutablePointer<TapRectangle>
) {
    let (input, output, residual) = (job.input, job.output, job.residual ?? job.output)
    let rows = TapAxis(
        inputs: input.height, outputs: output.height, kernel: job.kernelHeight, stride: job.strideY, padding: job.paddingTop,
        dilation: job.dilationY)
    let columns = TapAxis(
        inputs: input.width, outputs: output.width, kernel: job.kernelWidth, stride: job.strideX, padding: job.paddingLeft,
        dilation: job.dilationX)
    // The batch is treated as one tall image.
    let (firstRow, lastRow) = (pixels.lowerBound / output.width, (pixels.upperBound &- 1) / output.width)
    let (firstImage, lastImage) = (firstRow / output.height, lastRow / output.height)
    let step = job.strideX &* input.pixelStride
    tiles.update(repeating: .none, count: (pixels.count &+ WideTile.rowCount &- 1) / WideTile.rowCount)
    var count = 0
    var top = firstImage == lastImage ? firstRow &- firstImage &* output.height : 0
    let bottom = firstImage == lastImage ? lastRow &- lastImage &* output.height : output.height &- 1
    while top <= bottom {
        let (endRow, firstTap, endTap) = rows.stretch(from: top)
        var left = 0
        while left < output.width {
            let (endColumn, firstColumnTap, endColumnTap) = columns.stretch(from: left)
            let taps =
                job.leavesOutPadding
                ? TapRectangle(firstRow: firstTap, endRow: endTap, firstColumn: firstColumnTap, endColumn: endColumnTap)
                : TapRectangle(firstRow: 0, endRow: job.kernelHeight, firstColumn: 0, endColumn: job.kernelWidth)
            for image in firstImage...lastImage {
                for row in top..<endRow {
                    let flat = (image &* output.height &+ row) &* output.width
                    let from = max(left, pixels.lowerBound &- flat)
                    let end = min(endColumn, pixels.upperBound &- flat)
                    guard from < end else { continue }
                    var pixel = OutputPixel(
                        input: UnsafePointer(input.pixel(image, row &* job.strideY, from &* job.strideX)),
                        output: output.place(image, row, from), residual: residual.place(image, row, from))
                    for tile in count / WideTile.rowCount...(count &+ end &- from &- 1) / WideTile.rowCount { tiles[tile].formUnion(taps) }
                    for _ in from..<end {
                        list[count] = pixel
                        pixel.input += step
                        pixel.output &+= output.pixelStride
                        pixel.residual &+= residual.pixelStride
                        count &+= 1
                    }
                }
            }
            left = endColumn
        }
        top = endRow
    }
}
