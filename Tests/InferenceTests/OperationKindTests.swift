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
    ]

    @Test("Every kind is computed as it is defined")
    func everyKind() throws {
        #expect(Set(OperationKindTests.steps.map(\.operation.kind)) == Set(OperationKind.allCases))
        let model = try Networks.model(
            input: [.batch, .fixed(3), .fixed(8), .fixed(10)], OperationKindTests.steps, outputs: ["unit", "soft"],
            shapes: [("w", [4, 3, 3, 3]), ("b", [4]), ("s", [4]), ("m", [4]), ("variance", [4]), ("fc", [5, 8])])
        let input = try Networks.input([2, 3, 8, 10])
        let plain = try Networks.plain(model, input)
        for output in try FastExecutor(model).run(input) {
            let expected = try #require(plain[output.name])
            #expect(expected.shape == output.batch.shape)
            #expect(Networks.relativeDistance(output.batch.values, expected.values) < 1e-5, "\(output.name)")
        }
    }
}
