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

    @Test("Parts cover all work of all blocks once, for any number of threads", arguments: [1, 2, 3, 8], [false, true])
    func partsCoverEverythingOnce(workers: Int, isAlongWork: Bool) {
        for (work, most, unit, blocks, sharing) in [
            (196, 384, 4, 16, 1), (25, 384, 4, 8, 2), (49, 48, 4, 4, 1), (4, 384, 4, 12, 3), (3136, 384, 4, 1, 1), (1, 384, 4, 5, 1),
            (28, 4, 1, 1, 1), (7, 8, 1, 1, 1), (0, 4, 1, 3, 1), (10, 12, 4, 0, 1), (84, 42, 4, 2, 1), (9, 0, 1, 1, 1),
        ] {
            let division = Division(
                work: work, most: most, unit: unit, blocks: blocks, workers: workers, isAlongWork: isAlongWork, sharing: sharing)
            var times = [Int](repeating: 0, count: work * blocks)
            for part in 0..<division.count {
                let (range, columns) = division[part]
                #expect(range.count <= max(most, unit))
                for index in range { for column in columns { times[index * blocks + column] += 1 } }
            }
            #expect(times.allSatisfy { $0 == 1 }, "\(work) of at most \(most), \(blocks) blocks")
        }
    }

    @Test("Pixels are divided in the same places in steps of the same size, and evenly")
    func partsOfThreads() {
        let pixels = Division(work: 784, most: 384, blocks: 8, workers: 2, isAlongWork: true)
        #expect((0..<pixels.count).map { pixels[$0].0 } == [0..<196, 196..<392, 392..<588, 588..<784])
        let rows = Division(work: 28, most: 4, workers: 2)
        #expect(rows.count == 8 && rows[3].0.upperBound == 14)
    }
}
