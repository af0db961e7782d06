import Kernels
import Testing

@testable import ConvertInference

/// Every compilation of the convolutions compared with the definition, over shapes that fit no vector and no tile.
@Suite struct ConvolutionTests {
    static let kernels = [(1, 1), (1, 3), (3, 1), (1, 7), (7, 1), (3, 3), (2, 2), (7, 7)]

    @Test("Direct convolution follows its definition wherever its work is divided", arguments: kernels)
    func directConvolutionFollowsItsDefinitionWhereverItsWorkIsCut(_ height: Int, _ width: Int) throws {
        var (strides, padded, partial) = (Set<Int>(), 0, 0)
        for (index, inputs) in channelCounts.enumerated() {
            var noise = Noise(index * 100 + height * 10 + width)
            var shape = ConvolutionCase.Shape()
            shape.kernel = (height, width)
            shape.inputs = inputs
            shape.outputs = channelCounts[(index * 4 + height + width) % channelCounts.count]
            shape.images = 1 + noise.below(5)
            shape.partialTerms = [5, 72, 144, 288, 100_000][index % 5]
            shape.stride = (1 + noise.below(3), 1 + noise.below(3))
            shape.dilation = (1 + noise.below(2), 1 + noise.below(2))
            shape.padding = (noise.below(height), noise.below(width), noise.below(height), noise.below(width))
            shape.output = (2 + noise.below(4), 1 + noise.below(6))
            // Large kernels over many channels: fewer outputs are enough.
            if shape.inputs * shape.outputs * height * width > 20_000 { (shape.images, shape.output) = (2, (2, 1)) }
            var found = ConvolutionCase(shape, isWinograd: false, noise: &noise)
            if found == nil {
                // The padding alone was larger than the window.
                shape.padding = (0, width / 2, height / 2, 0)
                found = ConvolutionCase(shape, isWinograd: false, noise: &noise)
            }
            let test = try #require(found)
            strides.formUnion([shape.stride.y, shape.stride.x])
            padded += shape.padding == (0, 0, 0, 0) ? 0 : 1
            for table in tables {
                let (job, whole) = try #require(test.prepared(&noise))
                partial += job.partialTerms < inputs * height * width ? 1 : 0
                table.direct(job, 0..<job.outputPixels, 0..<job.outputBlocks)
                #expect(test.error(whole) < 1e-6, "\(table.name) \(shape)")
                #expect(whole.misdeed() == nil, "\(table.name) \(shape)")
                let (cutJob, parts) = try #require(test.prepared(&noise))
                let longest = noise.pick([3, 9, 30])
                for blocks in noise.cuts(0..<job.outputBlocks, longest: 2) {
                    for pixels in noise.cuts(0..<job.outputPixels, longest: longest) { table.direct(cutJob, pixels, blocks) }
                }
                #expect(parts.bits == whole.bits, "\(table.name) \(shape)")
            }
        }
        #expect(strides == [1, 2, 3])
        #expect(height * width == 1 || padded > 3)
        #expect(partial >= 2)
    }

    static let sizes = [(1, 1), (4, 4), (5, 7), (3, 10), (9, 14), (8, 8)]

    @Test("Winograd follows the definition wherever its work is divided", arguments: sizes)
    func winogradFollowsTheDefinitionWhereverItsWorkIsCut(_ height: Int, _ width: Int) throws {
        var scaled = 0
        for (index, inputs) in channelCounts.enumerated() {
            var noise = Noise(5000 + index * 100 + height * 10 + width)
            var shape = ConvolutionCase.Shape()
            shape.inputs = inputs
            shape.outputs = channelCounts[(index * 2 + height + width) % channelCounts.count]
            shape.output = (height, width)
            shape.isScaled = index.isMultiple(of: 2)
            shape.images = 1 + (index + height) % 5
            if shape.inputs * shape.outputs * height * width > 50_000 { shape.images = 1 }
            shape.padding = (noise.below(3), noise.below(3), noise.below(3), noise.below(3))
            if height < 3 { shape.padding = (1, 0, 1, 1) }
            let test = try #require(ConvolutionCase(shape, isWinograd: true, noise: &noise))
            let scratch = try #require(FloatMemory(zeros: Kernels.best.winogradScratch(inputs)))
            for table in tables {
                let (job, whole) = try #require(test.prepared(&noise))
                scaled += job.inputScale == nil ? 0 : 1
                let tiles = 0..<shape.images * job.tileRows * job.tileColumns
                let atOnce = table.winogradTiles(inputs)
                for first in stride(from: 0, to: tiles.count, by: atOnce) {
                    let part = first..<min(first + atOnce, tiles.count)
                    table.winograd(job, part, 0..<job.outputBlocks, scratch.base)
                }
                #expect(test.error(whole) < 4e-6, "\(table.name) \(shape)")
                #expect(whole.misdeed() == nil, "\(table.name) \(shape)")
                let (cutJob, parts) = try #require(test.prepared(&noise))
                for blocks in noise.cuts(0..<job.outputBlocks, longest: 2) {
                    for range in noise.cuts(tiles, longest: 30) { table.winograd(cutJob, range, blocks, scratch.base) }
                }
                #expect(parts.bits == whole.bits, "\(table.name) \(shape)")
            }
        }
        #expect(scaled >= 5)
    }

    @Test("An image gives the same bits alone and in a batch") func anImageGivesTheSameBitsAloneAndInABatch() throws {
        var noise = Noise(77)
        for isWinograd in [false, true] {
            var shape = ConvolutionCase.Shape()
            (shape.images, shape.inputs, shape.outputs, shape.output) = (5, 10, 28, (5, 7))
            shape.padding = (1, 1, 1, 1)
            let test = try #require(ConvolutionCase(shape, isWinograd: isWinograd, noise: &noise))
            let scratch = try #require(FloatMemory(zeros: Kernels.best.winogradScratch(10)))
            for table in tables {
                func run(_ job: ConvolutionJob) {
                    let tiles = job.images * job.tileRows * job.tileColumns
                    if isWinograd {
                        table.winograd(job, 0..<tiles, 0..<job.outputBlocks, scratch.base)
                    } else {
                        table.direct(job, 0..<job.outputPixels, 0..<job.outputBlocks)
                    }
                }
                let (job, together) = try #require(test.prepared(&noise))
                run(job)
                let (single, alone) = try #require(test.prepared(&noise))
                for image in 0..<5 {
                    var one = single
                    one.images = 1
                    one.input.base += image * one.input.imageStride
                    one.output.base += image * one.output.imageStride
                    if let residual = one.residual { one.residual?.base += image * residual.imageStride }
                    run(one)
                }
                #expect(alone.bits == together.bits, "\(table.name) \(isWinograd)")
            }
        }
    }
}
