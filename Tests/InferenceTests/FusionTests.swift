import ConvertIR
import ConvertInference
import Testing

/// What the fast executor joins, folds and lays into one place must not change what comes out.
@Suite struct FusionTests {
    private func convolution(_ weight: String, bias: String? = nil, stride: Int = 1, padding: Int = 0, groups: Int = 1)
        -> ConvertIR.Operation
    {
        .convolution(Convolution(weight: weight, bias: bias, stride: Size2D(stride), padding: Padding2D(padding), groups: groups))
    }

    private func normalization(_ name: String) -> ConvertIR.Operation {
        .batchNormalization(
            BatchNormalization(
                scale: "\(name).scale", bias: "\(name).bias", mean: "\(name).mean", variance: "\(name).variance", epsilon: 1e-3))
    }

    private func normalizationShapes(_ name: String, _ channels: Int) -> [(String, [Int])] {
        ["scale", "bias", "mean", "variance"].map { ("\(name).\($0)", [channels]) }
    }

    /// Holds the model against the plain executor, as it is and with every value an output, so that nothing is fused.
    private func check(_ model: Model, _ shape: [Int]) throws {
        let input = try Networks.input(shape)
        try Networks.expectAgreement(model, input, "fused")
        var graph = model.graph
        graph.outputs = graph.nodes.map(\.output)
        let open = try Model(weights: model.weights, graph: graph, contract: model.contract, architecture: model.architecture)
        try Networks.expectAgreement(open, input, "every value an output")
    }

    @Test("A linear layer fused with an addition keeps the sum") func aLinearLayerWhoseResultIsAddedToSomethingKeepsTheSum() throws {
        let model = try Networks.model(
            input: [.batch, .fixed(20)],
            [
                ("a", .linear(Linear(weight: "w", bias: "b")), ["input"]), ("n", normalization("n"), ["a"]), ("s", .add, ["n", "input"]),
                ("r", .prelu(slope: "p"), ["s"]), ("c", .linear(Linear(weight: "v")), ["r"]), ("t", .add, ["r", "c"]),
            ], outputs: ["t"], shapes: [("w", [20, 20]), ("b", [20]), ("p", [20]), ("v", [20, 20])] + normalizationShapes("n", 20))
        try check(model, [3, 20])
    }

    @Test("Residual blocks agree with the plain executor", arguments: [(16, 12), (10, 9), (28, 5)])
    func residualBlocksAgree(_ channels: Int, _ size: Int) throws {
        let shapes = [("w1", [channels, channels, 3, 3]), ("w2", [channels, channels, 3, 3]), ("p", [channels])]
        // As in IR-ResNet: the normalization stands before the zero padding, and may not be folded over it.
        let model = try Networks.model(
            input: [.batch, .fixed(channels), .fixed(size), .fixed(size)],
            [
                ("n1", normalization("n1"), ["input"]), ("c1", convolution("w1", padding: 1), ["n1"]), ("n2", normalization("n2"), ["c1"]),
                ("p1", .prelu(slope: "p"), ["n2"]), ("c2", convolution("w2", padding: 1), ["p1"]), ("n3", normalization("n3"), ["c2"]),
                ("s", .add, ["n3", "input"]), ("m", .multiply(0.17), ["s"]), ("d", .subtract(-0.05), ["m"]), ("r", .relu, ["d"]),
                ("q", .prelu(slope: "p"), ["r"]), ("e", .add, ["q", "q"]), ("g", .globalAveragePool, ["e"]), ("f", .flatten, ["g"]),
            ], outputs: ["f", "s"],
            shapes: shapes + ["n1", "n2", "n3"].flatMap { normalizationShapes($0, channels) })
        try check(model, [2, channels, size, size])
    }

    /// Channel counts of three parts: all fit a vector, only the last does not, one in the middle does not.
    @Test(
        "Concatenations agree with the plain executor, however many channels the parts have",
        arguments: [[8, 16, 8], [8, 16, 3], [8, 3, 8], [1, 1, 1]])
    func concatenationsAgreeWhereverTheirPartsLie(_ parts: [Int]) throws {
        let whole = parts.reduce(0, +)
        let shapes =
            parts.enumerated().map { ("w\($0.offset)", [$0.element, 6, 3, 3]) }
            + [("v", [16, whole, 3, 3]), ("u", [8, parts[0], 3, 3]), ("slope", [parts[1]])]
        // Parts are read again by others, with borders of their own; the join is itself joined, and comes out.
        let model = try Networks.model(
            input: [.batch, .fixed(6), .fixed(9), .fixed(8)],
            [
                ("a", convolution("w0", padding: 1), ["input"]), ("b0", convolution("w1", padding: 1), ["input"]),
                ("b", .prelu(slope: "slope"), ["b0"]), ("c", convolution("w2", padding: 1), ["input"]),
                ("j", .concatenate(axis: 1), ["a", "b", "c"]), ("x", convolution("v", padding: 1), ["j"]),
                ("y", convolution("u", padding: 1), ["a"]), ("k", .concatenate(axis: 1), ["x", "y", "j"]),
                ("l", .concatenate(axis: 1), ["a", "a", "input"]),
                ("m", .maxPool(Pooling(kernel: Size2D(3), stride: Size2D(2), ceilMode: true)), ["k"]), ("r", .relu, ["l"]),
                ("t", .permute([0, 2, 3, 1]), ["m"]), ("f", .flatten, ["t"]), ("z", .l2Normalize(axis: 1, epsilon: 1e-12), ["f"]),
                ("o", .softmax(axis: 1), ["l"]),
            ], outputs: ["z", "k", "r", "o"], shapes: shapes)
        try check(model, [3, 6, 9, 8])
    }

    @Test("Concatenated vectors and grouped convolutions agree with the plain executor") func joinedVectorsAndGroupsAgree() throws {
        let model = try Networks.model(
            input: [.batch, .fixed(12), .fixed(7), .fixed(6)],
            [
                ("g", convolution("grouped", bias: "gb", stride: 2, padding: 1, groups: 4), ["input"]),
                ("d", convolution("deep", padding: 1, groups: 12), ["input"]), ("n", normalization("n"), ["d"]),
                ("s", .add, ["input", "n"]), ("e", .relu, ["s"]), ("ag", .globalAveragePool, ["g"]),
                ("ad", .averagePool(Pooling(kernel: Size2D(7, 6), stride: Size2D(1))), ["e"]), ("fg", .flatten, ["ag"]),
                ("fd", .flatten, ["ad"]), ("j", .concatenate(axis: 1), ["fg", "fd"]), ("l", .linear(Linear(weight: "lw")), ["j"]),
                ("h", .multiply(-1.5), ["l"]), ("k", .concatenate(axis: 1), ["h", "j"]),
            ], outputs: ["k"],
            shapes: [("grouped", [8, 3, 3, 3]), ("gb", [8]), ("deep", [12, 1, 3, 3]), ("lw", [16, 20])] + normalizationShapes("n", 12))
        try check(model, [2, 12, 7, 6])
    }

    /// Pixels of 512 channels lie further apart than they are wide.
    @Test("Pixels with gaps between them agree with the plain executor") func pixelsWithAGapBetweenThemAgree() throws {
        let model = try Networks.model(
            input: [.batch, .fixed(8), .fixed(6), .fixed(5)],
            [
                ("c", convolution("w"), ["input"]), ("r", .prelu(slope: "p"), ["c"]), ("d", convolution("v", stride: 2, padding: 1), ["r"]),
                ("m", normalization("n"), ["r"]), ("a", .add, ["m", "r"]), ("f", .flatten, ["a"]),
                ("l", .linear(Linear(weight: "u")), ["f"]),
            ], outputs: ["d", "a", "l"],
            shapes: [("w", [512, 8, 1, 1]), ("p", [512]), ("v", [20, 512, 3, 3]), ("u", [9, 512 * 30])] + normalizationShapes("n", 512))
        try check(model, [3, 8, 6, 5])
    }

    @Test("Embedded preprocessing agrees with the plain executor, for float and uint8 input")
    func embeddedPreprocessingOfWholeNumbersAgrees() throws {
        let model = try Networks.model(
            input: [.batch, .fixed(16), .fixed(10), .fixed(9)], [("c", convolution("w", padding: 1), ["input"])], outputs: ["c"],
            shapes: [("w", [16, 16, 3, 3])])
        var withMean = model
        (withMean.contract.mean, withMean.contract.standardDeviation) = (127.5, 128)
        for elements in [ElementType.float32, .uint8] {
            try check(try withMean.embeddingPreprocessing(elements: elements), [2, 16, 10, 9])
        }
    }
}
