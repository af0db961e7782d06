import Kernels
import Testing

@testable import ConvertInference

/// How steps are cut.
@Suite struct DivisionTests {
    @Test("Pixels are divided evenly into whole tiles") func pixelsAreSharedOutEvenlyInWholeTiles() throws {
        let memory = try #require(FloatMemory(zeros: 16))
        for (count, channels, stride) in [(200, 896, 1), (25, 128, 1), (100_352, 64, 2), (1, 3, 1), (97, 2000, 1), (385, 8, 1)] {
            let view = ImageView(
                base: memory.base, height: 1, width: 1, channels: channels, pixelStride: channels, rowStride: 0, imageStride: 0, border: 0)
            var job = ConvolutionJob(
                input: view, output: view, weights: UnsafePointer(memory.base), bias: UnsafePointer(memory.base), images: 1)
            (job.strideY, job.strideX) = (stride, stride)
            let step = Division.pixelsAtOnce(job, of: count)
            #expect(step.isMultiple(of: 12) && step <= 384)
            let parts = Array(Division.parts(0..<1, of: count, step: step))
            #expect(parts.first?.lowerBound == 0 && parts.last?.upperBound == count)
            // The last is no crumb: at most a tile a part is missing from it.
            #expect((parts.last?.count ?? 0) > step - 12 * parts.count)
        }
    }
}
