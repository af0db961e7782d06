import ConvertIR
import ConvertInference
import ConvertTensors
import Testing

/// Values that scale or shift others: squeeze and excitation, attention over pixels, and what is fused with them.
@Suite struct CombinationTests {
    private typealias Step = (output: String, operation: ConvertIR.Operation, inputs: [String])

    private func convolution(_ weight: String, bias: String? = nil, padding: Int = 0, groups: Int = 1) -> ConvertIR.Operation {
        .convolution(Convolution(weight: weight, bias: bias, padding: Padding2D(padding), groups: groups))
    }

    /// Compared with the plain executor as it is, and with every value an output, so that nothing is fused.
    private func check(_ model: Model, _ shape: [Int]) throws {
        let input = try Networks.input(shape)
        try Networks.expectAgreement(model, input, "fused")
        var graph = model.graph
        graph.outputs = graph.nodes.map(\.output)
        let open = try Model(weights: model.weights, graph: graph, contract: model.contract, architecture: model.architecture)
        try Networks.expectAgreement(open, input, "every value an output")
    }

    @Test("A block with squeeze and excitation agrees with the plain executor", arguments: [(16, 12), (10, 9), (72, 5)], [false, true])
    func squeezeAndExcitation(_ size: (channels: Int, side: Int), _ isGateFirst: Bool) throws {
        let (c, side) = (size.channels, size.side)
        let model = try Networks.model(
            input: [.batch, .fixed(c), .fixed(side), .fixed(side)],
            [
                ("a", convolution("w", padding: 1), ["input"]),
                (
                    "n", .batchNormalization(BatchNormalization(scale: nil, bias: nil, mean: "m", variance: "variance", epsilon: 1e-3)),
                    ["a"]
                ),
                ("mean", .globalAveragePool, ["n"]), ("down", convolution("d", bias: "db"), ["mean"]),
                ("r", .prelu(slope: "one"), ["down"]),
                ("up", convolution("u"), ["r"]), ("gate", .sigmoid, ["up"]),
                ("scaled", .product, isGateFirst ? ["gate", "n"] : ["n", "gate"]), ("sum", .add, ["scaled", "input"]),
                ("out", .prelu(slope: "p"), ["sum"]), ("g", .globalAveragePool, ["out"]), ("f", .flatten, ["g"]),
            ], outputs: ["f", "out"],
            shapes: [
                ("w", [c, c, 3, 3]), ("m", [c]), ("variance", [c]), ("d", [4, c, 1, 1]), ("db", [4]), ("one", [1]), ("u", [c, 4, 1, 1]),
                ("p", [c]),
            ])
        try check(model, [3, c, side, side])
    }

    @Test("Activations fused into every kind of layer agree with the plain executor", arguments: 0..<10)
    func activations(_ index: Int) throws {
        let all: [ConvertIR.Operation] = [
            .sigmoid, .tanh, .gelu(isApproximate: false), .gelu(isApproximate: true), .clip(minimum: 0, maximum: 0.5),
            .clip(minimum: 0.25, maximum: .infinity), .clip(minimum: -.infinity, maximum: -0.25), .leakyReLU(slope: 0.2), .hardSwish,
            .hardSigmoid(HardSigmoid(alpha: 0.7, beta: 0.3)),
        ]
        let activation = all[index]
        // Winograd, direct, depthwise, pixels, a sum, a product, a linear layer; eleven channels leave some that only pad.
        for c in [16, 11] {
            let model = try Networks.model(
                input: [.batch, .fixed(c), .fixed(9), .fixed(9)],
                [
                    ("a", convolution("w", padding: 1), ["input"]), ("a1", activation, ["a"]), ("b", convolution("v"), ["a1"]),
                    ("b1", activation, ["b"]), ("c", convolution("dw", padding: 1, groups: c), ["b1"]), ("c1", activation, ["c"]),
                    ("s", .add, ["c1", "b1"]), ("s1", activation, ["s"]), ("d", .multiply(0.5), ["s1"]), ("d1", activation, ["d"]),
                    ("q", .product, ["d1", "a1"]), ("q1", activation, ["q"]), ("g", .globalAveragePool, ["q1"]), ("f", .flatten, ["g"]),
                    ("l", .linear(Linear(weight: "fc")), ["f"]), ("l1", activation, ["l"]),
                ], outputs: ["l1"], shapes: [("w", [c, c, 3, 3]), ("v", [c, c, 1, 1]), ("dw", [c, 1, 3, 3]), ("fc", [5, c])])
            try check(model, [2, c, 9, 9])
        }
    }

    @Test("Results do not depend on the threads or the batch")
    func threads() throws {
        let model = try Networks.model(
            input: [.batch, .fixed(16), .fixed(7), .fixed(7)],
            [
                ("mean", .globalAveragePool, ["input"]), ("flat", .flatten, ["mean"]), ("l", .linear(Linear(weight: "l")), ["flat"]),
                ("s", .sigmoid, ["l"]), ("c", convolution("w"), ["mean"]), ("gate", .tanh, ["c"]), ("y", .product, ["input", "gate"]),
                ("g", .gelu(isApproximate: false), ["y"]),
            ], outputs: ["g", "s"], shapes: [("l", [5, 16]), ("w", [16, 16, 1, 1])])
        let input = try Networks.input([9, 16, 7, 7])
        func run(_ input: Batch, threads: Int, atOnce: Int) throws -> [[UInt32]] {
            var options = FastExecutor.Options()
            (options.threads, options.imagesAtOnce) = (threads, atOnce)
            return try FastExecutor(model, options: options).run(input).map { $0.batch.values.map(\.bitPattern) }
        }
        let reference = try run(input, threads: 1, atOnce: 1)
        for (threads, atOnce) in [(2, 8), (3, 4), (2, 1), (1, 8)] {
            #expect(try run(input, threads: threads, atOnce: atOnce) == reference, "\(threads) threads, \(atOnce) at once")
        }
    }

    @Test("A size that turns out to be 1 is repeated, or refused inside a fused sum")
    func sizesKnownLate() throws {
        // Both branches have sizes that follow from the input; at 3 × 3, one is 1 × 1 and the other 3 × 3.
        let steps: [Step] = [
            ("a", .maxPool(Pooling(kernel: Size2D(3), stride: Size2D(3))), ["input"]),
            ("b", .maxPool(Pooling(kernel: Size2D(1), stride: Size2D(1))), ["input"]),
        ]
        let free: [Dimension] = [.batch, .fixed(3), .symbol("height"), .symbol("width")]
        let product = try Networks.model(input: free, steps + [("y", .product, ["a", "b"])], outputs: ["y"])
        try Networks.expectAgreement(product, try Networks.input([2, 3, 3, 3]))
        #expect(throws: (any Error).self) { try FastExecutor(product).run(try Networks.input([2, 3, 9, 9])) }
        #expect(throws: (any Error).self) { try Networks.plain(product, try Networks.input([2, 3, 9, 9])) }
        let sum = try Networks.model(
            input: free, [steps[0], ("b", convolution("w"), ["input"]), ("y", .add, ["a", "b"])], outputs: ["y"],
            shapes: [("w", [3, 3, 1, 1])])
        #expect(
            throws: InferenceError.unsupported(node: "y", operation: "add", detail: "for this input, its operands have different sizes")
        ) {
            try FastExecutor(sum).run(try Networks.input([2, 3, 3, 3]))
        }
    }

    @Test("NaN and infinities pass through combinations and activations as in torch")
    func notFinite() throws {
        let values: [Float] = [.nan, .infinity, -.infinity, 0, 1, -1, .nan, -0.0, 5, .infinity, .nan, -.infinity]
        let operations: [ConvertIR.Operation] = [
            .clip(minimum: 0, maximum: 6), .leakyReLU(slope: 0.1), .hardSigmoid(HardSigmoid()), .hardSwish, .sigmoid, .tanh, .product,
            .maximum,
            .gelu(isApproximate: true),
        ]
        for operation in operations {
            let isPair = operation.kind == .product || operation.kind == .maximum
            let model = try Networks.model(
                input: [.batch, .fixed(3), .fixed(2), .fixed(2)],
                [("t", .selectChannels([1, 0, 2]), ["input"]), ("y", operation, isPair ? ["input", "t"] : ["t"])], outputs: ["y"])
            let plain = try PlainExecutor(model).run(PlainTensor(shape: [1, 3, 2, 2], values: values.map(Double.init)))[0].tensor
            #expect(plain.values.contains { $0.isNaN })
            for loops in Loops.available {
                var options = FastExecutor.Options()
                (options.loops, options.allowsNotFinite) = (loops, true)
                let fast = try FastExecutor(model, options: options).run(try Batch(shape: [1, 3, 2, 2], values: values))[0].batch
                for (found, expected) in zip(fast.values, plain.values) {
                    let isSame = found.isNaN ? expected.isNaN : Double(found) == expected || abs(Double(found) - expected) < 1e-6
                    #expect(isSame, "\(operation.name): \(found) instead of \(expected)")
                }
            }
        }
    }
}
