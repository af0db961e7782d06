import Glibc
import Kernels
import Testing

@testable import ConvertInference

/// Two views combined pixel by pixel, on every compilation, with axes of size 1 in either.
@Suite struct CombinationLoopTests {
    @Test("Views are combined, and axes of size 1 repeated", arguments: [Combination.sum, .product, .maximum])
    func combinations(_ kind: Combination) throws {
        for (index, channels) in (channelCounts + channelCounts).enumerated() {
            var noise = Noise(1200 + index)
            let (height, width, images) = (1 + noise.below(4), 1 + noise.below(4), 1 + noise.below(3))
            // Either operand lacks some axes; together they have all.
            let lacks = (0..<3).map { _ in noise.below(3) }
            func make(_ side: Int) throws -> KernelImages {
                try #require(
                    KernelImages(
                        images: images, channels: lacks[0] == side ? 1 : channels, height: lacks[1] == side ? 1 : height,
                        width: lacks[2] == side ? 1 : width, border: noise.below(2), before: 8 * noise.below(2), around: .poisonedFrame,
                        noise: &noise))
            }
            let (one, other) = (try make(0), try make(1))
            let addend = try #require(
                KernelImages(images: images, channels: channels, height: height, width: width, around: .poisonedFrame, noise: &noise))
            let isAdded = noise.coin()
            let curve = noise.pick([nil, Curve.sigmoid, .tanh])
            for table in tables {
                func run(_ longest: Int) throws -> KernelImages {
                    var own = Noise(7)
                    let output = try #require(
                        KernelImages(
                            images: images, channels: channels, height: height, width: width, border: 1, before: 8, behind: 8,
                            around: .sentinel, noise: &own))
                    var job = PixelJob(input: PixelOperand(one.view, repeatedOver: output.view), output: output.view, images: images)
                    job.combination = (kind, PixelOperand(other.view, repeatedOver: output.view))
                    if isAdded { job.addend = addend.view }
                    job.curve = curve
                    for part in own.cuts(0..<images * height, longest: longest) { table.pixels(job, part) }
                    return output
                }
                func at(_ images: KernelImages, _ image: Int, _ channel: Int, _ row: Int, _ column: Int) -> Double {
                    let view = images.view
                    return images.at(
                        image, view.channels == 1 ? 0 : channel, view.height == 1 ? 0 : row, view.width == 1 ? 0 : column)
                }
                let whole = try run(1 << 20)
                for image in 0..<images {
                    for row in 0..<height {
                        for column in 0..<width {
                            for channel in 0..<channels {
                                let (a, b) = (at(one, image, channel, row, column), at(other, image, channel, row, column))
                                var value =
                                    switch kind {
                                    case .sum: a + b
                                    case .product: a * b
                                    case .maximum: max(a, b)
                                    }
                                if isAdded { value += addend.at(image, channel, row, column) }
                                switch curve {
                                case .sigmoid: value = 1 / (1 + exp(-value))
                                case .tanh: value = tanh(value)
                                default: break
                                }
                                let found = whole.at(image, channel, row, column)
                                #expect(abs(found - value) < 1e-6, "\(table.name) \(channels) \(lacks)")
                            }
                        }
                    }
                }
                #expect(whole.misdeed() == nil, "\(table.name) \(channels)")
                #expect(try run(2).bits == whole.bits)
            }
        }
    }
}
