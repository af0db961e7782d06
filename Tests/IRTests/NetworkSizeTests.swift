import ConvertTensors
import Testing

@testable import ConvertIR

/// What a network costs and how large it is.
@Suite struct NetworkSizeTests {
    @Test("Multiply-adds are those of convolutions and linear layers, counted by hand") func multiplyAddsAreCountedByHand() throws {
        let weights = try Sample.weights(["a.weight": [4, 3, 3, 3], "b.weight": [4, 1, 3, 3], "c.weight": [5, 64], "s": [4]])
        let graph = Sample.chain(
            [.batch, .fixed(3), .fixed(8), .fixed(8)],
            [
                "a": .convolution(Convolution(weight: "a.weight", stride: Size2D(2), padding: Padding2D(1))),
                "p": .prelu(slope: "s"),
                "b": .convolution(Convolution(weight: "b.weight", padding: Padding2D(1), groups: 4)),
                "f": .flatten, "c": .linear(Linear(weight: "c.weight")),
            ])
        // 4 × 4 positions of 4 channels: 27 terms each, then 9 each; five sums of 64.
        #expect(try Sample.model(graph, weights).multiplyAdds == 64 * 27 + 64 * 9 + 5 * 64)
        let anySize = Sample.chain(
            [.batch, .fixed(3), .symbol("height"), .symbol("width")],
            ["a": .convolution(Convolution(weight: "a.weight")), "g": .globalAveragePool])
        #expect(try Sample.model(anySize, weights).multiplyAdds == nil)
    }

    @Test("Matrix products count the terms of each number") func matrixProductsCount() throws {
        let graph = Graph(
            inputs: [Sample.input([.batch, .fixed(6), .fixed(7)])],
            nodes: [
                Node(name: "t", operation: .permute([0, 2, 1]), inputs: ["input"], output: "t"),
                Node(name: "m", operation: .matrixProduct, inputs: ["input", "t"], output: "m"),
            ], outputs: ["m"])
        #expect(try Sample.model(graph, try Sample.weights(["unused": [2]])).multiplyAdds == 6 * 6 * 7)
    }

    @Test("Parameters are floating-point numbers but for running statistics, each tensor once") func parametersAreCounted() throws {
        let shared = try Sample.tensor([2, 3])
        let weights = Sample.weights([
            ("a.weight", shared), ("b.weight", shared), ("n.running_mean", try Sample.tensor([5])),
            ("n.running_var", try Sample.tensor([5])),
            ("n.weight", try Sample.tensor([5])), ("n.num_batches_tracked", try Sample.integers([3], [])),
        ])
        #expect(weights.parameterCount == 6 + 5)
        #expect(weights.dtypeCounts.map(\.dtype) == [.float32, .int64] && weights.dtypeCounts.map(\.count) == [5, 1])
    }
}
