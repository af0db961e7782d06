import ConvertIR
import ConvertInference
import Testing

/// A convolution and the depthwise convolution after it are done band by band; the result has to have the bits that it has if the value between
/// them is stored.
@Suite struct ConvolutionPairTests {
    struct Shape: CustomStringConvertible {
        var first = 1
        var firstStride = 1
        var firstPadding: Int?
        var inputs = 16
        var channels = 40
        var size = (height: 14, width: 14)
        var kernel = 3
        var stride = 1
        var padding = 1
        /// Further rows and columns of padding before the image.
        var before = 0
        var dilation = 1
        var activation: ConvertIR.Operation? = .relu
        var addsFirst = false

        var description: String {
            "\(first)×\(first) / \(firstStride), \(inputs) → \(channels), \(size.height) × \(size.width), then \(kernel)×\(kernel) / \(stride), "
                + "padding \(padding), dilation \(dilation), \(activation?.name ?? "nothing")\(addsFirst ? ", addition" : "")"
        }
    }

    static let shapes: [Shape] = {
        var shapes: [Shape] = []
        func add(_ change: (inout Shape) -> Void) {
            var shape = Shape()
            change(&shape)
            shapes.append(shape)
        }
        for channels in [8, 16, 24, 32, 72, 136] { add { $0.channels = channels } }
        for (height, width) in [(1, 1), (3, 5), (7, 7), (28, 28), (9, 40), (30, 4), (5, 97)] {
            for stride in [1, 2] { add { ($0.size, $0.stride) = ((height, width), stride) } }
        }
        // More pixels than are listed at once.
        add { ($0.size, $0.channels, $0.inputs) = ((129, 128), 8, 8) }
        for (kernel, padding) in [(3, 0), (3, 2), (5, 2), (7, 3), (7, 0)] { add { ($0.kernel, $0.padding) = (kernel, padding) } }
        add { ($0.dilation, $0.padding) = (2, 2) }
        add { ($0.stride, $0.kernel, $0.padding) = (3, 2, 0) }
        add { ($0.stride, $0.kernel, $0.padding) = (3, 1, 0) }
        // A picture's three colors, whose windows are gathered.
        for (kernel, stride) in [(3, 1), (3, 2), (7, 2), (5, 3)] {
            add { ($0.inputs, $0.first, $0.firstStride, $0.size) = (3, kernel, stride, (31, 40)) }
            add { ($0.inputs, $0.first, $0.firstStride, $0.size, $0.channels) = (5, kernel, stride, (23, 12), 88) }
        }
        // Bands that lie in the padding alone, wide rows, and padding and stride of a single tap.
        add { ($0.before, $0.size) = (1, (9, 11)) }
        add { ($0.before, $0.size) = (7, (5, 4)) }
        add { ($0.size, $0.inputs, $0.channels) = ((5, 450), 8, 16) }
        add { ($0.firstPadding, $0.size) = (2, (6, 7)) }
        add { ($0.firstStride, $0.size) = (2, (13, 16)) }
        // More than one partial sum.
        add { ($0.inputs, $0.channels) = (330, 24) }
        for activation in [nil, .prelu(slope: "p"), .clip(minimum: 0, maximum: 6), .hardSwish, .sigmoid] as [ConvertIR.Operation?] {
            add { $0.activation = activation }
            add { ($0.activation, $0.addsFirst, $0.inputs) = (activation, true, 40) }
        }
        return shapes
    }()

    private func model(_ shape: Shape, isOpen: Bool) throws -> Model {
        let (channels, activation) = (shape.channels, shape.activation)
        let first = Convolution(
            weight: "v", bias: "a", stride: Size2D(shape.firstStride), padding: Padding2D(shape.firstPadding ?? shape.first / 2))
        let second = Convolution(
            weight: "w", bias: "b", stride: Size2D(shape.stride),
            padding: Padding2D(
                top: shape.padding + shape.before, left: shape.padding + shape.before, bottom: shape.padding, right: shape.padding),
            dilation: Size2D(shape.dilation),
            groups: channels)
        var nodes: [(String, ConvertIR.Operation, [String])] = [
            ("c", .convolution(first), ["input"]), ("m", .prelu(slope: "p"), ["c"]), ("d", .convolution(second), ["m"]),
        ]
        if shape.addsFirst { nodes.append(("s", .add, ["d", "input"])) }
        if let activation { nodes.append(("y", activation, [nodes[nodes.count - 1].0])) }
        let last = nodes[nodes.count - 1].0
        return try Networks.model(
            input: [.batch, .fixed(shape.inputs), .fixed(shape.size.height), .fixed(shape.size.width)], nodes,
            outputs: isOpen ? [last, "m"] : [last],
            shapes: [
                ("v", [channels, shape.inputs, shape.first, shape.first]), ("a", [channels]), ("p", [channels]),
                ("w", [channels, 1, shape.kernel, shape.kernel]), ("b", [channels]),
            ])
    }

    private func run(_ model: Model, _ input: Batch, _ loops: Loops, threads: Int) throws -> [UInt32] {
        var options = FastExecutor.Options()
        (options.loops, options.threads) = (loops, threads)
        let outputs = try FastExecutor(model, options: options).run(input)
        return try #require(outputs.first).batch.values.map(\.bitPattern)
    }

    @Test("Two convolutions in one give the bits that they give one after the other", arguments: shapes)
    func bits(_ shape: Shape) throws {
        let (pair, apart) = (try model(shape, isOpen: false), try model(shape, isOpen: true))
        let input = try Networks.input([3, shape.inputs, shape.size.height, shape.size.width])
        #expect(try methods(pair, input).contains("direct and depthwise"))
        #expect(try !methods(apart, input).contains("direct and depthwise"))
        try Networks.expectAgreement(pair, input, "\(shape)")
        for loops in Loops.available {
            let expected = try run(apart, input, loops, threads: 1)
            #expect(Set(expected).count > 3)
            let each = expected.count / 3
            for (images, threads) in [(3, 1), (3, 2), (1, 1), (1, 2), (1, 3), (2, 3), (3, 7), (1, 24)] {
                let found = try run(pair, input.images(0..<images), loops, threads: threads)
                #expect(found == Array(expected[..<(images * each)]), "\(images) images, \(threads) threads, \(loops)")
            }
        }
    }

    @Test("Exact sums of two convolutions in one have the same bits as well")
    func exactBits() throws {
        let shape = Shape()
        var options = FastExecutor.Options()
        options.isExact = true
        let input = try Networks.input([2, shape.inputs, shape.size.height, shape.size.width])
        let results = try [false, true].map { isOpen in
            try #require(try FastExecutor(model(shape, isOpen: isOpen), options: options).run(input).first).batch.values
        }
        #expect(results[0].map(\.bitPattern) == results[1].map(\.bitPattern))
    }

    @Test("A tall window is not worth keeping rows for, and is computed apart")
    func tallWindows() throws {
        var shape = Shape()
        (shape.dilation, shape.padding, shape.size) = (8, 8, (20, 20))
        let model = try model(shape, isOpen: false)
        let input = try Networks.input([2, shape.inputs, 20, 20])
        #expect(try !methods(model, input).contains("direct and depthwise"))
        try Networks.expectAgreement(model, input)
    }

    @Test("Scratch memory of all threads counts towards the limit")
    func memoryLimit() throws {
        var shape = Shape()
        (shape.inputs, shape.channels, shape.size) = (8, 8, (3, 4000))
        let model = try model(shape, isOpen: false)
        var options = FastExecutor.Options()
        options.threads = 1
        let one = try FastExecutor(model, options: options).workingBytes(for: [1, 8, 3, 4000])
        (options.threads, options.memoryLimit) = (64, 2 * one)
        #expect(throws: InferenceError.self) { try FastExecutor(model, options: options).workingBytes(for: [1, 8, 3, 4000]) }
        options.memoryLimit = 64 * one
        #expect(try FastExecutor(model, options: options).workingBytes(for: [1, 8, 3, 4000]) > 10 * one)
    }

    private func methods(_ model: Model, _ input: Batch) throws -> [String] {
        try FastExecutor(model).stepTimes(input, runs: 1).map(\.method)
    }

    @Test("A value that something else reads, or that has a residual, is stored")
    func notPaired() throws {
        let shapes = [("v", [16, 16, 1, 1]), ("w", [16, 1, 3, 3])]
        let second = Convolution(weight: "w", padding: Padding2D(1), groups: 16)
        let input = try Networks.input([2, 16, 6, 6])
        let twice = try Networks.model(
            input: [.batch, .fixed(16), .fixed(6), .fixed(6)],
            [
                ("c", .convolution(Convolution(weight: "v")), ["input"]), ("d", .convolution(second), ["c"]), ("y", .product, ["d", "c"]),
            ], outputs: ["y"], shapes: shapes)
        let added = try Networks.model(
            input: [.batch, .fixed(16), .fixed(6), .fixed(6)],
            [("c", .convolution(Convolution(weight: "v")), ["input"]), ("s", .add, ["c", "input"]), ("y", .convolution(second), ["s"])],
            outputs: ["y"], shapes: shapes)
        for model in [twice, added] {
            #expect(try !methods(model, input).contains("direct and depthwise"))
            try Networks.expectAgreement(model, input)
        }
    }

    @Test("Weights that are not finite are found in either of two convolutions", arguments: ["v", "w"])
    func notFinite(_ name: String) throws {
        let weights = try [("v", [16, 16, 1, 1]), ("w", [16, 1, 3, 3])].map { key, shape in
            var values = Networks.noise(shape.reduce(1, *), seed: 3)
            if key == name { values[4] = .infinity }
            return (key, try Networks.tensor(shape, values))
        }
        let model = try Networks.model(
            input: [.batch, .fixed(16), .fixed(6), .fixed(6)],
            [
                ("c", .convolution(Convolution(weight: "v")), ["input"]),
                ("y", .convolution(Convolution(weight: "w", padding: Padding2D(1), groups: 16)), ["c"]),
            ], outputs: ["y"], weights: weights)
        #expect(throws: InferenceError.notFinite(tensor: name, nanCount: 0, infinityCount: 1)) { try FastExecutor(model) }
        var options = FastExecutor.Options()
        options.allowsNotFinite = true
        let found = try #require(try FastExecutor(model, options: options).run(try Networks.input([2, 16, 6, 6])).first).batch.values
        let expected = try #require(try Networks.plain(model, try Networks.input([2, 16, 6, 6]))["y"]).values
        #expect(found.map(\.isFinite) == expected.map(\.isFinite))
        #expect(found.contains { !$0.isFinite } && (name == "v" || found.contains { $0.isFinite }))
    }
}
