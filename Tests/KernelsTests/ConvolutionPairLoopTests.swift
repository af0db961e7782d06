import Kernels
import Testing

@testable import ConvertInference

/// Two convolutions in one, of every compilation, compared with the two kernels one after the other.
@Suite struct ConvolutionPairLoopTests {
    private struct Case {
        var images = 2
        var inputs = 16
        var channels = 24
        var size = (height: 9, width: 11)
        var taps = 1
        var stride = 1
        var kernel = 3
        var padding = 1
    }

    private static let cases: [Case] = {
        var cases: [Case] = []
        for channels in channelCounts.prefix(8) {
            for (kernel, stride, padding) in [(3, 1, 1), (3, 2, 1), (5, 1, 2), (2, 3, 0), (7, 1, 3)] {
                for (inputs, taps) in [(16, 1), (40, 1), (3, 3), (5, 2)] {
                    cases.append(
                        Case(inputs: inputs, channels: channels, taps: taps, stride: stride, kernel: kernel, padding: padding))
                }
            }
        }
        cases += [(1, 1), (7, 7), (30, 4), (4, 300)].map { Case(channels: 40, size: $0) }
        return cases
    }()

    @Test("Nothing outside the scratch memory is written, and the bits are those of two kernels") func scratchAndBits() throws {
        for (index, item) in ConvolutionPairLoopTests.cases.enumerated() {
            var noise = Noise(7000 + index)
            let (height, width) = item.size
            let output = (
                (height + 2 * item.padding - item.kernel) / item.stride + 1, (width + 2 * item.padding - item.kernel) / item.stride + 1
            )
            guard height + 2 * item.padding >= item.kernel, width + 2 * item.padding >= item.kernel else { continue }
            let border = item.taps / 2
            func images(_ channels: Int, _ size: (Int, Int), border: Int, _ around: KernelImages.Surroundings) throws -> KernelImages {
                try #require(
                    KernelImages(
                        images: item.images, channels: channels, height: size.0, width: size.1, border: border, around: around,
                        noise: &noise))
            }
            let blocks = (item.channels + blockChannels - 1) / blockChannels
            let input = try images(item.inputs, (height, width), border: border, .zeroFrame)
            let weights = try #require(padded(noise.numbers(blocks * item.taps * item.taps * item.inputs * blockChannels)))
            let bias = try #require(padded(noise.numbers(item.channels)))
            let slopes = try #require(padded(noise.numbers(item.channels)))
            let lanes = (item.channels + laneCount - 1) / laneCount * laneCount
            // Weights of channels that do not exist are zero.
            for block in 0..<blocks {
                for place in 0..<item.taps * item.taps * item.inputs {
                    for channel in 0..<blockChannels where block * blockChannels + channel >= item.channels {
                        weights.base[(block * item.taps * item.taps * item.inputs + place) * blockChannels + channel] = 0
                    }
                }
            }
            let windows = try #require(FloatMemory(zeros: item.kernel * item.kernel * lanes))
            for tap in 0..<item.kernel * item.kernel {
                for channel in 0..<item.channels { windows.base[tap * lanes + channel] = noise.number() }
            }
            func jobs(_ middle: KernelImages, _ target: KernelImages) -> (ConvolutionJob, WindowJob) {
                var first = ConvolutionJob(
                    input: input.view, output: middle.view, weights: UnsafePointer(weights.base), bias: UnsafePointer(bias.base),
                    images: item.images)
                (first.kernelHeight, first.kernelWidth) = (item.taps, item.taps)
                (first.paddingTop, first.paddingLeft) = (border, border)
                first.activation = .prelu(UnsafePointer(slopes.base))
                first.partialTerms = 20
                var second = WindowJob(
                    kind: .depthwise, input: middle.view, output: target.view, kernelHeight: item.kernel, kernelWidth: item.kernel,
                    strideY: item.stride, strideX: item.stride, paddingTop: item.padding, paddingLeft: item.padding, images: item.images)
                second.weights = UnsafePointer(windows.base)
                second.bias = UnsafePointer(bias.base)
                second.activation = .relu
                return (first, second)
            }
            for table in tables {
                let (middle, expected) = (
                    try images(item.channels, (height, width), border: 0, .sentinel),
                    try images(item.channels, output, border: 0, .sentinel)
                )
                let (first, second) = jobs(middle, expected)
                table.direct(first, 0..<first.outputPixels, 0..<first.outputBlocks)
                table.window(second, 0..<item.images * output.0)
                for rowsAtOnce in [table.pairRows(ConvolutionPairJob(first, second)), 1, 2] {
                    let unused = try images(item.channels, (height, width), border: 0, .sentinel)
                    let found = try images(item.channels, output, border: 0, .sentinel)
                    var pair = ConvolutionPairJob(jobs(unused, found).0, jobs(unused, found).1)
                    pair.rowsAtOnce = min(rowsAtOnce, output.0)
                    let count = table.pairScratch(pair)
                    let guardCount = 64
                    let scratch = try #require(FloatMemory(zeros: count + 2 * guardCount))
                    for place in 0..<scratch.count { scratch.base[place] = KernelImages.sentinel }
                    for part in noise.cuts(0..<blocks, longest: 3) {
                        for rows in noise.cuts(0..<item.images * output.0, longest: 9) {
                            table.pair(pair, rows, part, scratch.base + guardCount)
                        }
                    }
                    #expect(found.bits == expected.bits, "\(table.name) \(item), \(rowsAtOnce) rows at once")
                    #expect(found.misdeed() == nil, "\(table.name) \(item)")
                    let outside = Array(0..<guardCount) + Array(guardCount + count..<scratch.count)
                    #expect(outside.allSatisfy { scratch.base[$0] == KernelImages.sentinel }, "\(table.name) \(item)")
                    #expect(unused.bits.allSatisfy { $0 == KernelImages.sentinel.bitPattern }, "\(table.name) \(item)")
                }
            }
        }
    }
}
