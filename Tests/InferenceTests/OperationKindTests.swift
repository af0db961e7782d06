import ConvertIR
import ConvertTensors
import Testing

@testable import ConvertInference

/// Every kind of operation has a plain definition, and the fast executor gives the same numbers.
@Suite struct OperationKindTests {
    typealias Step = (output: String, operation: ConvertIR.Operation, inputs: [String])

    /// A network that holds every kind; the test below says which is missing.
    static let steps: [Step] = [
        ("float", .convertToFloat, ["input"]), ("chosen", .selectChannels([2, 0, 1]), ["float"]), ("less", .subtract(0.5), ["chosen"]),
        ("half", .divide(ChannelNumbers([2, 4, 8]) ?? 2), ["less"]), ("more", .multiply(3), ["half"]),
        ("conv", .convolution(Convolution(weight: "w", bias: "b", padding: Padding2D(1))), ["more"]),
        ("bn", .batchNormalization(BatchNormalization(scale: "s", bias: "b", mean: "m", variance: "variance", epsilon: 1e-3)), ["conv"]),
        ("prelu", .prelu(slope: "s"), ["bn"]), ("relu", .relu, ["bn"]), ("sum", .add, ["prelu", "relu"]),
        ("sigmoid", .sigmoid, ["sum"]), ("tanh", .tanh, ["sum"]), ("product", .product, ["sigmoid", "tanh"]),
        ("gelu", .gelu(isApproximate: false), ["sum"]), ("near", .gelu(isApproximate: true), ["sum"]),
        ("larger", .maximum, ["gelu", "product"]),
        ("clip", .clip(minimum: -0.1, maximum: 0.4), ["larger"]), ("leaky", .leakyReLU(slope: 0.1), ["near"]),
        ("gate", .hardSigmoid(HardSigmoid()), ["leaky"]), ("swish", .hardSwish, ["clip"]), ("gated", .product, ["gate", "swish"]),
        ("joined", .concatenate(axis: 1), ["gated", "relu"]), ("max", .maxPool(Pooling(kernel: Size2D(2), stride: Size2D(2))), ["joined"]),
        ("mean", .averagePool(Pooling(kernel: Size2D(3), stride: Size2D(1), padding: Padding2D(1))), ["max"]),
        ("turned", .permute([0, 1, 3, 2]), ["mean"]), ("soft", .softmax(axis: 1), ["turned"]), ("one", .globalAveragePool, ["soft"]),
        ("flat", .flatten, ["one"]), ("linear", .linear(Linear(weight: "fc")), ["flat"]),
        ("unit", .l2Normalize(axis: 1, epsilon: 1e-12), ["linear"]),
        // The image's rows and columns as tokens, with attention over them.
        ("parts", .adaptiveAveragePool(Size2D(3, 2)), ["sum"]),
        ("frame", .pad(Padding2D(top: 1, left: 0, bottom: 0, right: 1), value: 0.5), ["parts"]),
        ("columns", .reshape([0, 4, -1]), ["frame"]), ("tokens", .permute([0, 2, 1]), ["columns"]),
        ("class", .parameter(weight: "class", isPerImage: true), []), ("all", .concatenate(axis: 1), ["class", "tokens"]),
        ("normal", .layerNormalization(LayerNormalization(scale: "s", bias: "b", epsilon: 1e-5)), ["all"]),
        ("qkv", .linear(Linear(weight: "qkv")), ["normal"]), ("heads", .reshape([0, 0, 3, 2, 3]), ["qkv"]),
        ("apart", .permute([2, 0, 3, 1, 4]), ["heads"]), ("query", .slice(Slicing(axis: 0, start: 0, end: 1)), ["apart"]),
        ("key", .slice(Slicing(axis: 0, start: 1, end: 2)), ["apart"]), ("value", .slice(Slicing(axis: 0, start: 2, end: 3)), ["apart"]),
        ("q", .reshape([-1, 2, 13, 3]), ["query"]), ("k", .reshape([-1, 2, 13, 3]), ["key"]), ("v", .reshape([-1, 2, 13, 3]), ["value"]),
        ("across", .permute([0, 1, 3, 2]), ["k"]), ("scores", .matrixProduct, ["q", "across"]), ("shares", .softmax(axis: 3), ["scores"]),
        ("mixed", .matrixProduct, ["shares", "v"]), ("together", .permute([0, 2, 1, 3]), ["mixed"]),
        ("attended", .reshape([0, 0, 6]), ["together"]), ("middle", .reduceMean(axes: [1], keepsAxes: false), ["attended"]),
        ("length", .reduceL2(axes: [1], keepsAxes: true), ["middle"]), ("largest", .globalMaxPool, ["frame"]),
    ]

    @Test("Every kind is computed as it is defined")
    func everyKind() throws {
        #expect(Set(OperationKindTests.steps.map(\.operation.kind)) == Set(OperationKind.allCases))
        let model = try Networks.model(
            input: [.batch, .fixed(3), .fixed(8), .fixed(10)], OperationKindTests.steps,
            outputs: ["unit", "soft", "attended", "middle", "length", "largest"],
            shapes: [
                ("w", [4, 3, 3, 3]), ("b", [4]), ("s", [4]), ("m", [4]), ("variance", [4]), ("fc", [5, 8]), ("class", [1, 1, 4]),
                ("qkv", [18, 4]),
            ])
        let input = try Networks.input([2, 3, 8, 10])
        let plain = try Networks.plain(model, input)
        for output in try FastExecutor(model).run(input) {
            let expected = try #require(plain[output.name])
            #expect(expected.shape == output.batch.shape)
            #expect(Networks.relativeDistance(output.batch.values, expected.values) < 1e-5, "\(output.name)")
        }
    }
}
