import ConvertIR
import ConvertTensors
import Testing

/// Shapes of every operation, and what is wrong with a graph told with the node's name.
@Suite struct ShapeInferenceTests {
    private func types(_ graph: Graph, _ weights: Weights) throws -> [String: String] {
        try graph.valueTypes(weights: weights).mapValues { "\($0)" }
    }

    /// The type that one operation gives for one input.
    private func type(_ operation: Operation, _ shape: [Dimension], _ shapes: KeyValuePairs<String, [Int]> = [:]) throws -> String {
        try types(Sample.chain(shape, ["n": operation]), try Sample.weights(shapes))["n"] ?? "none"
    }

    private let image: [Dimension] = [.batch, .fixed(4), .fixed(9), .fixed(10)]
    private let free: [Dimension] = [.batch, .fixed(4), .symbol("h"), .fixed(10)]

    @Test("Every operation gives the expected shape") func everyOperationHasItsShape() throws {
        let all = try types(Sample.everything, try Sample.everythingWeights())
        let likeTheSum = [
            "sigmoid", "tanh", "clip", "most", "leaky", "gate", "steep", "swish", "gelu", "near", "product", "maximum", "bare", "counted",
        ]
        for name in likeTheSum { #expect(all[name] == "[batch, 4, 8, 17]", "\(name)") }
        #expect(
            all.filter { !likeTheSum.contains($0.key) } == [
                "pixels": "uint8 [batch, 3, 16, width]", "cast": "[batch, 3, 16, width]", "input": "[batch, 3, 16, 16]",
                "select": "[batch, 3, 16, 16]", "div": "[batch, 3, 16, 16]", "sub": "[batch, 3, 16, 16]", "mul": "[batch, 3, 16, 16]",
                "conv": "[batch, 4, 8, 17]", "bn": "[batch, 4, 8, 17]",
                "prelu": "[batch, 4, 8, 17]", "depthwise": "[batch, 4, 8, 17]", "relu": "[batch, 4, 8, 17]", "add": "[batch, 4, 8, 17]",
                "cat": "[batch, 8, 8, 17]", "max": "[batch, 8, 4, 9]", "average": "[batch, 8, 3, 8]", "permute": "[batch, 8, 8, 3]",
                "soft": "[batch, 8, 8, 3]", "global": "[batch, 8, 1, 1]", "flatten": "[batch, 8]", "linear": "[batch, 5]",
                "embedding": "[batch, 5]", "parts": "[batch, 4, 3, 2]", "frame": "[batch, 4, 4, 3]", "largest": "[batch, 4, 1, 1]",
                "tokens": "[batch, 4, 12]", "layer": "[batch, 4, 12]", "token": "[batch, 4, 12]", "slice": "[batch, 4, 4]",
                "matrices": "[batch, 4, 12]", "mean": "[batch, 1, 12]", "length": "[batch]",
            ])
    }

    /// Sizes as torch's `pooling_output_shape` and the formula of its `Conv2d` page give them, reckoned by hand.
    @Test("Pooling and convolution windows give the same sizes as torch") func windowsGiveTorchsSizes() throws {
        func pool(_ size: Int, _ kernel: Int, _ stride: Int, _ padding: Int, _ isCeil: Bool) throws -> String {
            let pooling = Pooling(kernel: Size2D(kernel), stride: Size2D(stride), padding: Padding2D(padding), ceilMode: isCeil)
            return try type(.maxPool(pooling), [.batch, .fixed(1), .fixed(size), .fixed(size)])
        }
        for (size, kernel, stride, padding, isCeil, expected) in [
            (10, 3, 2, 0, false, 4), (10, 3, 2, 0, true, 5), (11, 3, 2, 0, true, 5), (12, 2, 2, 0, true, 6), (5, 2, 2, 0, true, 3),
            (22, 3, 2, 0, true, 11), (4, 2, 3, 1, true, 2), (3, 1, 2, 0, true, 2), (2, 1, 3, 0, true, 1), (5, 3, 2, 1, true, 3),
            (6, 3, 2, 1, false, 3), (6, 3, 2, 1, true, 4),
        ] {
            #expect(
                try pool(size, kernel, stride, padding, isCeil) == "[batch, 1, \(expected), \(expected)]",
                "\(size) \(kernel) \(stride) \(padding) \(isCeil)")
        }
        let layer = Convolution(
            weight: "w", stride: Size2D(2, 1), padding: Padding2D(top: 1, left: 2, bottom: 3, right: 4), dilation: Size2D(3, 2), groups: 2)
        #expect(try type(.convolution(layer), image, ["w": [6, 2, 3, 2]]) == "[batch, 6, 4, 14]")
    }

    @Test("Symbolic sizes stay symbolic until a window or flatten makes them unknown")
    func symbolicSizesStaySymbolsUntilAWindowPasses() throws {
        #expect(try type(.relu, free) == "[batch, 4, h, 10]")
        #expect(try type(.maxPool(Pooling(kernel: Size2D(2), stride: Size2D(2))), free) == "[batch, 4, ?, 5]")
        #expect(try type(.convolution(Convolution(weight: "w")), free, ["w": [7, 4, 3, 3]]) == "[batch, 7, ?, 8]")
        #expect(try type(.globalAveragePool, free) == "[batch, 4, 1, 1]")
        #expect(try type(.flatten, free) == "[batch, ?]")
        #expect(try type(.permute([0, 3, 2, 1]), free) == "[batch, 10, h, 4]")
        #expect(try type(.softmax(axis: 1), free) == "[batch, 4, h, 10]")
        #expect(try type(.l2Normalize(axis: 2, epsilon: 0), free) == "[batch, 4, h, 10]")
    }

    @Test("A PReLU slope may be one number or one per channel") func oneSlopeServesAllChannels() throws {
        #expect(try type(.prelu(slope: "s"), image, ["s": [1]]) == "[batch, 4, 9, 10]")
        #expect(try type(.prelu(slope: "s"), [.batch, .fixed(4)], ["s": [4]]) == "[batch, 4]")
    }

    // MARK: What is wrong

    static let wrongNodes: [(Operation, [Int], [String: [Int]], String)] = [
        (.convolution(Convolution(weight: "w")), [4, 9, 9], [:], "w is missing"),
        (.convolution(Convolution(weight: "w")), [4, 9, 9], ["w": [2, 3, 1, 1]], "[outputs, 4, height, width]"),
        (.convolution(Convolution(weight: "w", groups: 0)), [4, 9, 9], ["w": [2, 4, 1, 1]], "0 groups"),
        (.convolution(Convolution(weight: "w", groups: 3)), [4, 9, 9], ["w": [3, 1, 1, 1]], "3 groups"),
        (.convolution(Convolution(weight: "w", groups: 2)), [4, 9, 9], ["w": [3, 2, 1, 1]], "has shape [3, 2, 1, 1]"),
        (.convolution(Convolution(weight: "w", bias: "b")), [4, 9, 9], ["w": [2, 4, 1, 1], "b": [3]], "bias b has shape [3]"),
        (.convolution(Convolution(weight: "w")), [4, 2, 9], ["w": [2, 4, 3, 3]], "does not fit"),
        (.convolution(Convolution(weight: "w", stride: Size2D(0))), [4, 9, 9], ["w": [2, 4, 1, 1]], "stride 0"),
        (.convolution(Convolution(weight: "w", padding: Padding2D(-1))), [4, 9, 9], ["w": [2, 4, 1, 1]], "padding -1"),
        (.convolution(Convolution(weight: "w", dilation: Size2D(Int.max))), [4, 9, 9], ["w": [2, 4, 3, 3]], "dilation"),
        (.convolution(Convolution(weight: "w")), [4], ["w": [2, 4, 1, 1]], "[batch, channels, height, width]"),
        (
            .batchNormalization(BatchNormalization(scale: "s", bias: "s", mean: "s", variance: "v", epsilon: 0)), [4, 9, 9],
            ["s": [4], "v": [5]], "variance v has shape [5]"
        ),
        (
            .batchNormalization(BatchNormalization(scale: "s", bias: "s", mean: "s", variance: "s", epsilon: .nan)), [4, 9, 9],
            ["s": [4]], "epsilon"
        ),
        (
            .batchNormalization(BatchNormalization(scale: "s", bias: "s", mean: "s", variance: "s", epsilon: -1)), [4], ["s": [4]],
            "epsilon"
        ),
        (.prelu(slope: "s"), [4, 9, 9], ["s": [3]], "slope s has shape [3]"),
        (.prelu(slope: "s"), [4, 9, 9], [:], "slope s is missing"),
        (.maxPool(Pooling(kernel: Size2D(2), stride: Size2D(0))), [4, 9, 9], [:], "stride 0"),
        (.maxPool(Pooling(kernel: Size2D(0), stride: Size2D(1))), [4, 9, 9], [:], "window 0"),
        (.maxPool(Pooling(kernel: Size2D(2), stride: Size2D(1), padding: Padding2D(2))), [4, 9, 9], [:], "more than half"),
        (.maxPool(Pooling(kernel: Size2D(2), stride: Size2D(1), padding: Padding2D(Int.max))), [4, 9, 9], [:], "more than half"),
        (.averagePool(Pooling(kernel: Size2D(10), stride: Size2D(1))), [4, 9, 9], [:], "does not fit"),
        (.averagePool(Pooling(kernel: Size2D(Int.max), stride: Size2D(1))), [4, 9, 9], [:], "window"),
        (.globalAveragePool, [4], [:], "[batch, channels, height, width]"),
        (.linear(Linear(weight: "w")), [4], ["w": [2, 5]], "[outputs, 4]"),
        (.linear(Linear(weight: "w")), [4, 9, 9], ["w": [2, 4]], "[outputs, 9]"),
        (.linear(Linear(weight: "w", bias: "b")), [4], ["w": [2, 4], "b": [4]], "bias b"),
        (.permute([0, 1]), [4, 9, 9], [:], "axes"),
        (.permute([0, 1, 2, 2]), [4, 9, 9], [:], "axes"),
        (.permute([Int.min, 1, 2, 3]), [4, 9, 9], [:], "axes"),
        (.softmax(axis: 2), [4], [:], "axis 2"),
        (.softmax(axis: -1), [4], [:], "axis -1"),
        (.l2Normalize(axis: 2, epsilon: 0), [4], [:], "axis 2"),
        (.l2Normalize(axis: 1, epsilon: .infinity), [4], [:], "epsilon"),
        (.multiply(ChannelNumbers(.nan)), [4], [:], "constant"),
        (.subtract(ChannelNumbers(.infinity)), [4], [:], "constant"),
        (.divide(0), [4], [:], "constant"),
        (.subtract(ChannelNumbers([1, 2]) ?? 0), [3, 4, 4], [:], "2 constants"),
        (.selectChannels([3]), [3, 4, 4], [:], "channels [3] of 3"),
        (.concatenate(axis: 2), [4], [:], "axis 2"),
        (.layerNormalization(LayerNormalization(scale: "s", bias: nil, epsilon: 0)), [5, 4], ["s": [5]], "scale s has shape [5]"),
        (.layerNormalization(LayerNormalization(scale: nil, bias: nil, axes: 2, epsilon: 0)), [4], [:], "2 last axes"),
        (.layerNormalization(LayerNormalization(scale: nil, bias: nil, axes: Int.min, epsilon: 0)), [4], [:], "last axes"),
        (.layerNormalization(LayerNormalization(scale: nil, bias: nil, epsilon: .nan)), [4], [:], "epsilon"),
        (.reshape([0, 5]), [4], [:], "cannot have the shape [0, 5]"),
        (.reshape([0, 3, -1]), [4], [:], "cannot have the shape"),
        (.reshape([0, -1, -1]), [4], [:], "shape [0, -1, -1]"),
        (.reshape([4]), [4], [:], "cannot have the shape [4]"),
        (.reshape([-1]), [4], [:], "batch"),
        (.reshape([2, -1]), [4, 2], [:], "batch"),
        (.reshape([0, 0, 0]), [4], [:], "axis 2"),
        (.reshape([0, Int.min]), [4], [:], "shape"),
        (.reshape([0, Int.max, Int.max]), [4], [:], "shape"),
        (.reshape([]), [4], [:], "shape"),
        (.slice(Slicing(axis: 2, start: 0, end: 1)), [4], [:], "axis 2"),
        (.slice(Slicing(axis: 0, start: 0, end: 1)), [4], [:], "batch"),
        (.slice(Slicing(axis: 1, start: 2, end: 2)), [4], [:], "nothing is left"),
        (.slice(Slicing(axis: 1, start: 0, end: 1, step: 0)), [4], [:], "steps of 0"),
        (.slice(Slicing(axis: 1, start: Int.min, end: Int.max, step: Int.min)), [4], [:], "steps of"),
        (.pad(Padding2D(1), value: 0), [4], [:], "rows and columns"),
        (.pad(Padding2D(-1), value: 0), [4, 2, 2], [:], "padding"),
        (.pad(Padding2D(1), value: .infinity), [4, 2, 2], [:], "inf"),
        (.reduceMean(axes: [], keepsAxes: true), [4], [:], "axes []"),
        (.reduceMean(axes: [0], keepsAxes: true), [4], [:], "images of a batch"),
        (.reduceL2(axes: [1, 1], keepsAxes: true), [4], [:], "axes [1, 1]"),
        (.reduceL2(axes: [-1], keepsAxes: true), [4], [:], "axes [-1]"),
        (.matrixProduct, [4], [:], "takes 2 inputs"),
        (.parameter(weight: "w", isPerImage: false), [4], ["w": [1, 4]], "takes no inputs"),
        (.adaptiveAveragePool(Size2D(0)), [4, 2, 2], [:], "size 0x0"),
        (.adaptiveAveragePool(Size2D(1, Int.max)), [4, 2, 2], [:], "size"),
        (.globalMaxPool, [4], [:], "[batch, channels, height, width]"),
    ]

    @Test("The batch stays an axis of its own in every reshape, and may move in a permutation")
    func reshapesKeepTheBatch() throws {
        let tokens: [Dimension] = [.batch, .fixed(6), .fixed(24)]
        #expect(try type(.reshape([0, 0, 2, 3, 4]), tokens) == "[batch, 6, 2, 3, 4]")
        #expect(try type(.reshape([-1, 12, 12]), tokens) == "[batch, 12, 12]")
        #expect(try type(.reshape([0, -1]), free) == "[batch, ?]")
        #expect(try type(.reshape([0, 4, 2, -1]), free) == "[batch, 4, 2, ?]")
        #expect(try type(.permute([2, 0, 1]), tokens) == "[24, batch, 6]")
        func second(_ operation: Operation) throws -> String {
            let graph = Sample.chain(tokens, ["first": .permute([1, 0, 2]), "n": operation])
            return try types(graph, try Sample.weights([:]))["n"] ?? "none"
        }
        #expect(try second(.slice(Slicing(axis: 0, start: 1, end: 2))) == "[1, batch, 24]")
        #expect(try second(.reshape([0, 0, 4, 6])) == "[6, batch, 4, 6]")
        #expect(try second(.reshape([6, -1, 4, 6])) == "[6, batch, 4, 6]")
        #expect(throws: GraphError.self) { try second(.reshape([-1, 6, 24])) }
        #expect(throws: GraphError.self) { try second(.reshape([2, 0, 3, 24])) }
    }

    @Test("Slices count from the end, and are cut to what is there")
    func slices() throws {
        let vector: [Dimension] = [.batch, .fixed(10)]
        for (start, end, step, expected) in [
            (0, 10, 1, 10), (2, 5, 1, 3), (-3, Int(Int32.max), 1, 3), (-30, 4, 1, 4), (1, 10, 4, 3), (-1, -11, -1, 10), (8, 2, -2, 3),
            (0, -1, 3, 3),
        ] {
            let slice = Slicing(axis: 1, start: start, end: end, step: step)
            #expect(try type(.slice(slice), vector) == "[batch, \(expected)]", "\(start) to \(end) by \(step)")
        }
    }

    @Test("A matrix product needs as many columns as rows, and repeats leading axes of size 1")
    func matrixProducts() throws {
        func product(_ left: [Int], _ right: [Int]) throws -> String {
            let graph = Graph(
                inputs: [Sample.input([.batch, .fixed(1)])],
                nodes: [
                    Node(name: "l", operation: .parameter(weight: "l", isPerImage: false), inputs: [], output: "l"),
                    Node(name: "r", operation: .parameter(weight: "r", isPerImage: true), inputs: [], output: "r"),
                    Node(name: "n", operation: .matrixProduct, inputs: ["l", "r"], output: "n"),
                ], outputs: ["n"])
            return try types(graph, try Sample.weights(["l": left, "r": right]))["n"] ?? "none"
        }
        #expect(try product([2, 3], [1, 3, 4]) == "[batch, 2, 4]")
        #expect(try product([1, 5, 2, 3], [1, 1, 3, 4]) == "[batch, 5, 2, 4]")
        #expect(throws: GraphError.self) { try product([2, 3], [1, 4, 3]) }
        #expect(throws: GraphError.self) { try product([1, 5, 2, 3], [1, 2, 3, 4]) }
        #expect(throws: GraphError.self) { try product([3], [1, 3, 4]) }
        #expect(throws: GraphError.self) { try product([2, 3], [2, 3, 4]) }
    }

    @Test("An invalid node is named with what is wrong", arguments: wrongNodes.indices) func aWrongNodeIsNamed(_ index: Int) throws {
        let (operation, sizes, shapes, words) = ShapeInferenceTests.wrongNodes[index]
        let graph = Sample.chain([.batch] + sizes.map { .fixed($0) }, ["the.node": operation])
        let weights = Sample.weights(try shapes.map { ($0.key, try Sample.tensor($0.value)) })
        let error = #expect(throws: GraphError.self) { try graph.valueTypes(weights: weights) }
        let problem = error?.problem ?? ""
        #expect(problem.hasPrefix("node the.node: ") && problem.contains(words), "\(problem)")
    }

    private func error(_ graph: Graph, _ weights: Weights? = nil) throws -> GraphError? {
        let weights = try weights ?? Sample.weights([:])
        return #expect(throws: GraphError.self) { try graph.valueTypes(weights: weights) }
    }

    @Test("Integer tensors are refused as weights") func integerWeightsAreNoWeights() throws {
        let weights = Sample.weights([("w", try Sample.integers([1, 2, 3, 4], [1, 4]))])
        let graph = Sample.chain([.batch, .fixed(4)], ["fc": .linear(Linear(weight: "w"))])
        #expect(try error(graph, weights) == .wrongWeightKind(node: "fc", role: "weight", key: "w", found: "int64"))
    }

    @Test("Unknown and duplicate values, wrong input counts and missing outputs are errors") func valuesAndOutputsAreAccountedFor() throws {
        let input = Sample.input([.batch, .fixed(4)])
        func graph(_ nodes: [Node], _ outputs: [String], inputs: [Graph.Input]? = nil) -> Graph {
            Graph(inputs: inputs ?? [input], nodes: nodes, outputs: outputs)
        }
        func relu(_ name: String, _ inputs: [String], _ output: String) -> Node {
            Node(name: name, operation: .relu, inputs: inputs, output: output)
        }
        #expect(try error(graph([relu("a", ["none"], "x")], ["x"])) == .unknownValue(name: "none", node: "a"))
        #expect(try error(graph([relu("a", ["b"], "a"), relu("b", ["a"], "b")], ["b"])) == .unknownValue(name: "b", node: "a"))
        #expect(try error(graph([relu("a", ["input"], "input")], ["input"])) == .duplicateValue(name: "input", node: "a"))
        #expect(try error(graph([], ["input"], inputs: [input, input])) == .duplicateValue(name: "input", node: "(input)"))
        #expect(
            try error(graph([relu("a", ["input", "input"], "x")], ["x"]))
                == .wrongInputCount(node: "a", operation: "relu", expected: "1", found: 2))
        #expect(try error(graph([relu("a", [], "x")], ["x"])) == .wrongInputCount(node: "a", operation: "relu", expected: "1", found: 0))
        #expect(try error(graph([relu("a", ["input"], "x")], [])) == .noOutput)
        #expect(try error(graph([relu("a", ["input"], "x")], ["y"])) == .missingOutput(name: "y"))
    }

    @Test("Addition and concatenation need matching shapes") func additionAndConcatenationNeedFittingValues() throws {
        func graph(_ operation: Operation, _ shapes: [[Dimension]]) -> Graph {
            let inputs = shapes.enumerated().map { Graph.Input(name: "i\($0)", type: ValueType($1)) }
            return Graph(
                inputs: inputs, nodes: [Node(name: "n", operation: operation, inputs: inputs.map(\.name), output: "n")], outputs: ["n"])
        }
        for wrong in [
            graph(.add, [[.batch, .fixed(4)], [.batch, .fixed(5)]]), graph(.add, [[.batch, .fixed(4)]]),
            graph(.add, [[.batch, .fixed(4)], [.batch, .symbol("n")]]), graph(.concatenate(axis: 1), []),
            graph(.concatenate(axis: 1), [[.batch, .fixed(4)], [.fixed(3), .fixed(4)]]),
            graph(.concatenate(axis: 1), [[.batch, .fixed(4)], [.batch, .fixed(4), .fixed(1)]]),
        ] {
            let problem = try error(wrong)?.problem ?? ""
            #expect(problem.hasPrefix("node n: "), "\(problem)")
        }
        let joined = graph(.concatenate(axis: 1), [[.batch, .fixed(4)], [.batch, .symbol("n")], [.batch, .fixed(1)]])
        #expect(try types(joined, try Sample.weights([:]))["n"] == "[batch, ?]")
    }

    @Test("Axes of size 1 are repeated in sums, products and maxima", arguments: [Operation.add, .product, .maximum])
    func repeatedAxes(_ operation: Operation) throws {
        func result(_ one: [Dimension], _ other: [Dimension]) throws -> String {
            let graph = Graph(
                inputs: [.init(name: "a", type: ValueType(one)), .init(name: "b", type: ValueType(other))],
                nodes: [Node(name: "n", operation: operation, inputs: ["a", "b"], output: "n")], outputs: ["n"])
            return try types(graph, try Sample.weights([:]))["n"] ?? ""
        }
        let gate: [Dimension] = [.batch, .fixed(4), .fixed(1), .fixed(1)]
        #expect(try result(image, gate) == "[batch, 4, 9, 10]" && result(gate, image) == "[batch, 4, 9, 10]")
        #expect(try result(gate, free) == "[batch, 4, h, 10]")
        #expect(try result(gate, [.batch, .fixed(1), .derived, .fixed(7)]) == "[batch, 4, ?, 7]")
        #expect(try result([.fixed(1), .fixed(3)], [.batch, .fixed(3)]) == "[batch, 3]")
        for wrong in [[.batch, .fixed(4)], [.batch, .fixed(4), .fixed(9), .fixed(2)], [.batch, .fixed(4), .derived, .fixed(10)]]
            as [[Dimension]]
        {
            #expect(throws: GraphError.self) { try result(image, wrong) }
        }
    }

    @Test(
        "Numbers of activations must be numbers",
        arguments: [
            Operation.clip(minimum: 1, maximum: 0), .clip(minimum: .nan, maximum: 1), .clip(minimum: .infinity, maximum: .infinity),
            .clip(minimum: -1e39, maximum: 0), .leakyReLU(slope: .infinity), .hardSigmoid(HardSigmoid(alpha: .nan)),
        ])
    func numbersOfActivations(_ operation: Operation) throws {
        #expect(throws: GraphError.self) { try type(operation, image) }
    }

    @Test("A flag for padding that is not there is not kept")
    func countedPadding() throws {
        #expect(!Pooling(kernel: Size2D(2), stride: Size2D(2), countsPadding: true).countsPadding)
        let graph = try Graph(
            text: "input x: [batch, 1, 4, 4]\ny = average_pool(x) kernel=2x2 stride=2x2 count_padding\noutput y", file: "t")
        #expect(graph.nodes.first?.operation == .averagePool(Pooling(kernel: Size2D(2), stride: Size2D(2))))
    }

    @Test("Integer input must be converted to float first") func wholeNumbersMustBeConvertedFirst() throws {
        let graph = Graph(
            inputs: [Sample.input([.batch, .fixed(3)], elements: .uint8)],
            nodes: [Node(name: "r", operation: .relu, inputs: ["input"], output: "r")], outputs: ["r"])
        #expect(try error(graph)?.problem == "node r: relu needs float32, not uint8 [batch, 3]")
    }
}
