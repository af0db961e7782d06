import ConvertIR
import ConvertTensors
import Testing

/// Folding held against plainly computed numbers, and where it must not happen.
@Suite struct BatchNormFoldingTests {
    private func norm(_ name: String, epsilon: Double = 0.001) -> Operation {
        .batchNormalization(
            BatchNormalization(
                scale: "\(name).weight", bias: "\(name).bias", mean: "\(name).running_mean", variance: "\(name).running_var",
                epsilon: epsilon))
    }

    private func normWeights(_ name: String, _ channels: Int) throws -> [(String, Tensor)] {
        try ["weight", "bias", "running_mean", "running_var"].enumerated().map {
            ("\(name).\($1)", try Sample.tensor([channels], seed: $0 + name.utf8.count))
        } + [("\(name).num_batches_tracked", try Sample.integers([5], []))]
    }

    private func values(_ weights: Weights, _ key: String) throws -> [Double] { try #require(weights[key]).doubles() }

    /// weight · scale / √(variance + ε) and (bias − mean) · scale / √(variance + ε) + shift, as written in any textbook.
    private func expected(
        _ weights: Weights, weight: String, bias: String?, norm: String, epsilon: Double
    ) throws -> (weight: [Float], bias: [Float]) {
        let (scale, shift) = (try values(weights, "\(norm).weight"), try values(weights, "\(norm).bias"))
        let (mean, variance) = (try values(weights, "\(norm).running_mean"), try values(weights, "\(norm).running_var"))
        let old = try values(weights, weight)
        let oldBias = try bias.map { try values(weights, $0) } ?? scale.map { _ in 0 }
        let inner = old.count / scale.count
        var (newWeight, newBias): ([Float], [Float]) = ([], [])
        for channel in scale.indices {
            let factor = scale[channel] / (variance[channel] + Double(epsilon)).squareRoot()
            for index in 0..<inner { newWeight.append(Float(old[channel * inner + index] * factor)) }
            newBias.append(Float((oldBias[channel] - mean[channel]) * factor + shift[channel]))
        }
        return (newWeight, newBias)
    }

    static let layers: [(name: String, operation: Operation, weight: [Int], bias: Int?, input: [Int])] = [
        ("convolution", .convolution(Convolution(weight: "l.weight", padding: Padding2D(1))), [4, 3, 3, 3], nil, [3, 8, 8]),
        ("with bias", .convolution(Convolution(weight: "l.weight", bias: "l.bias", stride: Size2D(2))), [4, 3, 3, 2], 4, [3, 8, 8]),
        ("depthwise", .convolution(Convolution(weight: "l.weight", groups: 4)), [4, 1, 3, 3], nil, [4, 8, 8]),
        ("two groups", .convolution(Convolution(weight: "l.weight", bias: "l.bias", groups: 2)), [6, 2, 1, 1], 6, [4, 8, 8]),
        ("linear", .linear(Linear(weight: "l.weight")), [5, 7], nil, [7]),
        ("linear with bias", .linear(Linear(weight: "l.weight", bias: "l.bias")), [5, 7], 5, [7]),
    ]

    @Test("A folded layer has the numbers of the textbook formula", arguments: layers.indices)
    func aFoldedLayerHasThePlainlyComputedNumbers(_ index: Int) throws {
        let layer = BatchNormFoldingTests.layers[index]
        var tensors = [("l.weight", try Sample.tensor(layer.weight))]
        if let bias = layer.bias { tensors.append(("l.bias", try Sample.tensor([bias], seed: 3))) }
        let weights = Sample.weights(tensors + (try normWeights("bn", layer.weight[0])) + [("other", try Sample.tensor([2]))])
        let graph = Sample.chain([.batch] + layer.input.map { .fixed($0) }, ["l": layer.operation, "bn": norm("bn"), "r": .relu])
        let folded = try Sample.model(graph, weights).foldingBatchNormalization()
        #expect(folded.graph.nodes.map(\.operation.name) == [layer.operation.name, "relu"])
        #expect(folded.graph.nodes.first?.output == "bn" && folded.graph.nodes.first?.name == "l")
        #expect(folded.weights.entries.map(\.name) == ["l.weight", "l.bias", "other"])
        let numbers = try expected(
            weights, weight: "l.weight", bias: layer.bias == nil ? nil : "l.bias", norm: "bn", epsilon: 0.001)
        #expect(try values(folded.weights, "l.weight") == numbers.weight.map { Double($0) })
        #expect(try values(folded.weights, "l.bias") == numbers.bias.map { Double($0) })
        #expect(folded.weights["l.weight"]?.shape == layer.weight && folded.weights["l.weight"]?.dtype == .float32)
        #expect(folded.architecture.hyperparameters["batch_norm_folded"] == .boolean(true))
        // Only the layer itself may have changed.
        #expect(folded.weights["other"]?.isSameView(as: try #require(weights["other"])) == true)
    }

    @Test("A normalization before a zero-padded convolution is not folded") func aNormalizationBeforeAZeroPaddedConvolutionStays() throws {
        let weights = Sample.weights((try normWeights("bn", 3)) + [("c.weight", try Sample.tensor([4, 3, 3, 3]))])
        let graph = Sample.chain(
            [.batch, .fixed(3), .fixed(8), .fixed(8)],
            ["bn": norm("bn"), "c": .convolution(Convolution(weight: "c.weight", padding: Padding2D(1)))])
        let folded = try Sample.model(graph, weights).foldingBatchNormalization()
        #expect(folded.graph == graph)
        #expect(folded.weights.entries.map(\.name) == weights.entries.map(\.name))
    }

    @Test("A normalization whose input is read elsewhere is not folded") func aNormalizationWhoseInputIsReadElsewhereStays() throws {
        let weights = Sample.weights([("c.weight", try Sample.tensor([3, 3, 1, 1]))] + (try normWeights("bn", 3)))
        var graph = Sample.chain(
            [.batch, .fixed(3), .fixed(8), .fixed(8)], ["c": .convolution(Convolution(weight: "c.weight")), "bn": norm("bn")])
        let whole = graph
        graph.nodes.append(Node(name: "sum", operation: .add, inputs: ["c", "bn"], output: "sum"))
        graph.outputs = ["sum"]
        #expect(try Sample.model(graph, weights).foldingBatchNormalization().graph == graph)
        // A value that the user gets is read as well.
        graph = whole
        graph.outputs = ["bn", "c"]
        #expect(try Sample.model(graph, weights).foldingBatchNormalization().graph == graph)
    }

    @Test("Layers that share tensors are not folded") func sharedTensorsAreNotFolded() throws {
        let weights = Sample.weights(
            [("c.weight", try Sample.tensor([3, 3, 1, 1]))] + (try normWeights("bn", 3)) + (try normWeights("bn.2", 3)))
        let convolution = Operation.convolution(Convolution(weight: "c.weight"))
        let shape: [Dimension] = [.batch, .fixed(3), .fixed(8), .fixed(8)]
        let twice = Sample.chain(shape, ["a": convolution, "x": norm("bn"), "b": convolution, "y": norm("bn.2")])
        #expect(try Sample.model(twice, weights).foldingBatchNormalization().graph == twice)
        let oneNorm = Sample.chain(shape, ["a": convolution, "x": norm("bn"), "y": norm("bn")])
        #expect(try Sample.model(oneNorm, weights).foldingBatchNormalization().graph == oneNorm)
    }

    /// The second normalization has to work on what the first gives, whether or not it is folded too.
    @Test("Of two normalizations in a row, the first is folded and the second stays", arguments: [nil, "c.bias"])
    func ofTwoNormalizationsInARowNoneIsLost(_ bias: String?) throws {
        var tensors = [("c.weight", try Sample.tensor([3, 3, 1, 1]))]
        if let bias { tensors.append((bias, try Sample.tensor([3], seed: 9))) }
        let weights = Sample.weights(tensors + (try normWeights("bn", 3)) + (try normWeights("second", 3)))
        let graph = Sample.chain(
            [.batch, .fixed(3), .fixed(8), .fixed(8)],
            ["c": .convolution(Convolution(weight: "c.weight", bias: bias)), "bn": norm("bn"), "second": norm("second")])
        let folded = try Sample.model(graph, weights).foldingBatchNormalization()
        #expect(folded.graph.nodes.map(\.operation.name) == ["convolution", "batch_normalization"])
        #expect(folded.graph.nodes.last?.operation == norm("second"))
        let numbers = try expected(weights, weight: "c.weight", bias: bias, norm: "bn", epsilon: 0.001)
        #expect(try values(folded.weights, "c.weight") == numbers.weight.map { Double($0) })
        #expect(try values(folded.weights, "c.bias") == numbers.bias.map { Double($0) })
    }

    @Test("A new bias never takes an existing name") func aNewBiasTakesNoNameThatIsThere() throws {
        let weights = Sample.weights(
            [
                ("c.weight", try Sample.tensor([3, 3, 1, 1])), ("c.bias", try Sample.tensor([7])), ("c", try Sample.tensor([3, 3, 1, 1])),
                ("d.weight", try Sample.tensor([3, 3, 1, 1])), ("d", try Sample.tensor([3, 3, 1, 1])),
            ] + (try ["n1", "n2", "n3", "n4"].flatMap { try normWeights($0, 3) }))
        func layer(_ key: String) -> Operation { .convolution(Convolution(weight: key)) }
        let graph = Sample.chain(
            [.batch, .fixed(3), .fixed(8), .fixed(8)],
            [
                "1": layer("c.weight"), "n1": norm("n1"), "2": layer("c"), "n2": norm("n2"), "3": layer("d.weight"), "n3": norm("n3"),
                "4": layer("d"), "n4": norm("n4"),
            ])
        let folded = try Sample.model(graph, weights).foldingBatchNormalization()
        let biases = folded.graph.nodes.compactMap { node in
            if case .convolution(let layer) = node.operation { layer.bias } else { nil }
        }
        #expect(biases.count == 4 && Set(biases).count == 4 && !biases.contains("c.bias"), "\(biases)")
        #expect(folded.weights["c.bias"]?.shape == [7])
        for (bias, (key, name)) in zip(biases, [("c.weight", "n1"), ("c", "n2"), ("d.weight", "n3"), ("d", "n4")]) {
            let numbers = try expected(weights, weight: key, bias: nil, norm: name, epsilon: 0.001)
            #expect(try values(folded.weights, bias) == numbers.bias.map { Double($0) }, "\(bias)")
        }
    }

    @Test("Half-precision weights are folded to float32") func halfPrecisionWeightsAreFoldedToFloat32() throws {
        let weights = Sample.weights([("l.weight", try Sample.tensor([2, 3]))] + (try normWeights("bn", 2)))
        let graph = Sample.chain([.batch, .fixed(3)], ["l": .linear(Linear(weight: "l.weight")), "bn": norm("bn", epsilon: 1e-5)])
        let half = try weights.rounded(to: .float16)
        let folded = try Sample.model(graph, half).foldingBatchNormalization()
        let numbers = try expected(half, weight: "l.weight", bias: nil, norm: "bn", epsilon: 1e-5)
        #expect(folded.weights["l.weight"]?.dtype == .float32)
        #expect(try values(folded.weights, "l.weight") == numbers.weight.map { Double($0) })
    }
}
