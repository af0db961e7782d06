import Kernels
import Testing

/// Products with padding are skipped if a whole tile has them, without any effect on the results.
@Suite struct PaddingTests {
    static let kernels = [(1, 7), (7, 1), (1, 3), (3, 1), (3, 3), (5, 5), (2, 4)]

    @Test("Skipping padding changes no bit", arguments: kernels) func leavingOutPaddingChangesNoBit(_ height: Int, _ width: Int) throws {
        for index in 0..<8 {
            var noise = Noise(8000 + index * 100 + height * 10 + width)
            var shape = ConvolutionCase.Shape()
            shape.kernel = (height, width)
            (shape.inputs, shape.outputs) = (noise.pick([3, 8, 10, 28]), noise.pick([8, 16, 24, 28]))
            shape.partialTerms = [5, 72, 144, 100_000][index % 4]
            shape.stride = (1 + noise.below(2), 1 + noise.below(2))
            shape.dilation = (1 + noise.below(2), 1 + noise.below(2))
            shape.images = 1 + noise.below(14)
            // From half a window to more than one on every side: some windows contain nothing but padding.
            func padding(_ kernel: Int, _ dilation: Int) -> Int { ((kernel - 1) * dilation + 1) / 2 + noise.below(kernel * dilation) }
            let (y, x) = (padding(height, shape.dilation.y), padding(width, shape.dilation.x))
            shape.padding = (y, x, y, x)
            // Outputs for an image of a few pixels.
            shape.output.height = (2 * y + 1 + noise.below(5) - (height - 1) * shape.dilation.y) / shape.stride.y + 1
            shape.output.width = (2 * x + 1 + noise.below(5) - (width - 1) * shape.dilation.x) / shape.stride.x + 1
            let test = try #require(ConvolutionCase(shape, isWinograd: false, noise: &noise))
            for table in tables {
                let (job, short) = try #require(test.prepared(&noise))
                table.direct(job, 0..<job.outputPixels, 0..<job.outputBlocks)
                var (wholeJob, whole) = try #require(test.prepared(&noise))
                wholeJob.leavesOutPadding = false
                table.direct(wholeJob, 0..<job.outputPixels, 0..<job.outputBlocks)
                #expect(short.bits == whole.bits, "\(table.name) \(shape)")
                #expect(test.error(short) < 1e-6, "\(table.name) \(shape)")
                let (cutJob, parts) = try #require(test.prepared(&noise))
                for pixels in noise.cuts(0..<job.outputPixels, longest: 40) { table.direct(cutJob, pixels, 0..<job.outputBlocks) }
                #expect(parts.bits == whole.bits, "\(table.name) \(shape)")
            }
        }
    }

    /// Twelve images give whole tiles of pixels at the same position, which read no padding at all.
    @Test("Tiles of pixels at the same position read no padding", arguments: [(1, 7), (7, 1), (3, 3), (1, 3)])
    func tilesOfPixelsAtTheSamePlaceReadNoPadding(_ height: Int, _ width: Int) throws {
        var noise = Noise(9000 + height * 10 + width)
        var shape = ConvolutionCase.Shape()
        shape.kernel = (height, width)
        shape.padding = (height / 2, width / 2, height / 2, width / 2)
        (shape.images, shape.inputs, shape.outputs, shape.output) = (12, 16, 16, (5, 5))
        shape.isFramePoisoned = true
        let test = try #require(ConvolutionCase(shape, isWinograd: false, noise: &noise))
        for table in tables {
            let (job, output) = try #require(test.prepared(&noise))
            table.direct(job, 0..<job.outputPixels, 0..<job.outputBlocks)
            #expect(test.error(output) < 1e-6, "\(table.name)")
        }
    }
}
