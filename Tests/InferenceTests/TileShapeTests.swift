import ConvertIR
import ConvertInference
import Testing

/// Sizes at which the loops' tiles end in the middle of an image, of a row or of the channels.
@Suite struct TileShapeTests {
    @Test("Depthwise convolutions of every width agree with the plain executor", arguments: [1, 2], [0, 1])
    func depthwiseRows(stride: Int, padding: Int) throws {
        for width in 3...13 {
            for channels in [8, 16, 24, 40] {
                let (height, shape) = (3 + width % 4, [2, channels, 3 + width % 4, width])
                let convolution = Convolution(
                    weight: "w", bias: "b", stride: Size2D(stride), padding: Padding2D(padding), groups: channels)
                let model = try Networks.model(
                    input: [.batch, .fixed(channels), .fixed(height), .fixed(width)],
                    [("c", .convolution(convolution), ["input"]), ("y", .prelu(slope: "p"), ["c"])], outputs: ["y"],
                    shapes: [("w", [channels, 1, 3, 3]), ("b", [channels]), ("p", [channels])])
                try Networks.expectAgreement(model, try Networks.input(shape, seed: width), "\(width) wide, \(channels) channels")
            }
        }
    }

    @Test("Convolutions of every number of pixels and blocks agree with the plain executor", arguments: [1, 3])
    func tilesOfPixels(kernel: Int) throws {
        for (height, width) in [(1, 1), (1, 3), (2, 2), (1, 5), (3, 4), (1, 13), (4, 4), (5, 5), (7, 7)] {
            for outputs in [8, 16, 24, 40, 80] {
                let convolution = Convolution(weight: "w", bias: "b", padding: Padding2D(kernel / 2))
                let model = try Networks.model(
                    input: [.batch, .fixed(20), .fixed(height), .fixed(width)],
                    [("c", .convolution(convolution), ["input"]), ("y", .prelu(slope: "p"), ["c"])], outputs: ["y"],
                    shapes: [("w", [outputs, 20, kernel, kernel]), ("b", [outputs]), ("p", [outputs])])
                let name = "\(height) × \(width) pixels, \(outputs) outputs"
                for images in [1, 3] { try Networks.expectAgreement(model, try Networks.input([images, 20, height, width]), name) }
            }
        }
    }

    @Test("Winograd tiles may lie in the padding alone", arguments: [2, 4, 7, 9], [8, 9, 31])
    func wideFrames(padding: Int, size: Int) throws {
        let sides = [
            Padding2D(padding), Padding2D(top: 1, left: 0, bottom: padding, right: padding),
            Padding2D(top: padding, left: padding, bottom: 0, right: 1),
        ]
        for padding in sides {
            let model = try Networks.model(
                input: [.batch, .fixed(16), .fixed(size), .fixed(size)],
                [("y", .convolution(Convolution(weight: "w", padding: padding)), ["input"])], outputs: ["y"],
                shapes: [("w", [16, 16, 3, 3])])
            try Networks.expectAgreement(model, try Networks.input([1, 16, size, size]), within: 4e-6)
        }
    }

    @Test("Softmax of two channels, several pixels at a time, agrees with the plain executor")
    func softmaxOfTwoChannels() throws {
        for width in [1, 2, 7, 8, 9, 15, 16, 17, 40] {
            let model = try Networks.model(
                input: [.batch, .fixed(2), .fixed(3), .fixed(width)], [("y", .softmax(axis: 1), ["input"])], outputs: ["y"])
            var input = try Networks.input([2, 2, 3, width], seed: width)
            for index in input.values.indices { input.values[index] *= 30 }
            try Networks.expectAgreement(model, input, "\(width) wide")
            // A pixel with a NaN, and no other.
            input.values[width - 1] = .nan
            let found = try #require(try FastExecutor(model).run(input).first).batch.values
            let broken = found.indices.filter { found[$0].isNaN }
            #expect(broken == [width - 1, 4 * width - 1])
        }
    }

    @Test("A linear layer gives an image the same bits alone and among others", arguments: [7, 512, 1000, 1037, 2600])
    func linearLayerOfOneImage(inputs: Int) throws {
        let model = try Networks.model(
            input: [.batch, .fixed(inputs)], [("y", .linear(Linear(weight: "w", bias: "b")), ["input"])], outputs: ["y"],
            shapes: [("w", [37, inputs]), ("b", [37])])
        let five = try Networks.input([5, inputs])
        try Networks.expectAgreement(model, five)
        let executor = try FastExecutor(model, options: FastExecutor.Options())
        let together = try #require(try executor.run(five).first).batch
        for image in 0..<5 {
            let alone = try #require(try executor.run(five.images(image..<image + 1)).first).batch
            let expected = together.values[image * 37..<(image + 1) * 37].map(\.bitPattern)
            #expect(alone.values.map(\.bitPattern) == expected)
        }
    }
}
