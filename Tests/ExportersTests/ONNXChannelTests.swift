import ConvertFiles
import ConvertIR
import ConvertInference
import ConvertTensors
import TestSupport
import Testing

@testable import Exporters

/// Arithmetic per channel and another order of channels: written as ONNX, read back the same, and computed alike by both executors.
@Suite struct ONNXChannelTests {
    private let folder = Fixtures.temporaryFolder()

    /// A graph over an image of three channels, or over such a value, with these operations one after another.
    private func model(_ operations: [Operation], _ shape: [Dimension] = [.batch, .fixed(3), .fixed(2), .fixed(2)]) throws -> Model {
        var nodes: [Node] = []
        var value = "input"
        for (index, operation) in operations.enumerated() {
            nodes.append(Node(name: "n\(index)", operation: operation, inputs: [value], output: "v\(index)"))
            value = "v\(index)"
        }
        let input = Graph.Input(name: "input", type: ValueType(shape))
        return try Model(
            weights: Weights(
                entries: [
                    .init(
                        name: "unused",
                        tensor: try Tensor(
                            dtype: .float32, shape: [1], storage: Storage(name: "u", bytes: .init(copying: [0, 0, 0, 0], name: "u"))))
                ], provenance: Provenance(source: "x", format: "onnx", stateDictPath: "")),
            graph: Graph(inputs: [input], nodes: nodes, outputs: [value]),
            contract: InputContract(
                height: 2, width: 2, mean: 0, standardDeviation: 1, crop: .none, embeddingLength: nil, isNormalized: false, metric: .none),
            architecture: .custom)
    }

    static let means = ChannelNumbers([123.675, 116.28, 103.53]) ?? 0

    @Test(
        "Channel operations are written, read back and computed the same by both executors",
        arguments: [
            [Operation.subtract(means), .divide(ChannelNumbers([58.395, 57.12, 57.375]) ?? 1)],
            [.multiply(ChannelNumbers([0.5, 0.25, 2]) ?? 1), .subtract(1)], [.selectChannels([2, 1, 0]), .subtract(means)],
            [.divide(3), .selectChannels([1, 1])], [.selectChannels([0, 2, 1]), .multiply(0.1), .selectChannels([2, 0, 1])],
        ])
    func whatIsDoneToChannelsIsWrittenReadAndComputedAlike(_ operations: [Operation]) throws {
        let model = try model(operations)
        let values = (0..<24).map { Float($0 * 37 % 255) }
        let plain = try #require(
            try PlainExecutor(model).run(PlainTensor(shape: [2, 3, 2, 2], values: values.map(Double.init))).first
        ).tensor
        let fast = try #require(try FastExecutor(model).run(try Batch(shape: [2, 3, 2, 2], values: values)).first).batch
        #expect(fast.shape == plain.shape)
        for (one, other) in zip(fast.values, plain.values) { #expect(abs(Double(one) - other) <= 1e-5 * max(1, abs(other))) }

        let path = "\(folder)/x.onnx"
        let output = try OutputFile(target: path, replacing: true, inputs: [])
        _ = try ONNXFormat.write(.model(model), to: output, options: ExportOptions())
        try output.commit()
        let read = try #require(try OpenedModel(try FormatRegistry.open(path)).content.model)
        #expect(read.graph.nodes.map(\.operation) == operations)
    }

    @Test("Constants of many channels are written and read back the same", arguments: [2, 3, 4])
    func constantsOfManyChannels(_ rank: Int) throws {
        let numbers = try #require(ChannelNumbers((1...70).map { Double($0) / 8 }))
        let operations: [Operation] = [.subtract(numbers), .divide(numbers), .multiply(numbers)]
        let sizes: [Dimension] = [.batch, .fixed(70), .fixed(2), .fixed(2)]
        try ONNXTrip.check(try model(operations, Array(sizes.prefix(rank))))
    }

    @Test("A constant that is not a float32 number comes back as the one that it rounds to") func constantsAreRounded() throws {
        let operations: [Operation] = [.multiply(ChannelNumbers(0.17677669529663687)), .leakyReLU(slope: 0.3333333333333333)]
        let opened = try ONNXTrip.check(try model(operations)).opened
        let read = try #require(try OpenedModel(opened).content.model)
        #expect(read.graph.nodes.map(\.operation) == [.multiply(ChannelNumbers(0.17677669)), .leakyReLU(slope: 0.33333334)])
    }

    @Test("A slice of an image's channels comes back as a list of them") func slicesOfChannels() throws {
        try ONNXTrip.check(
            try model([.slice(Slicing(axis: 1, start: 1, end: 3, step: 1)), .slice(Slicing(axis: 1, start: -1, end: 5, step: 1))]))
    }

    @Test("Selecting and shifting channels gives the values computed by hand") func valuesByHand() throws {
        let model = try model([.selectChannels([2, 0]), .subtract(ChannelNumbers([1, 10]) ?? 0)])
        let out = try #require(
            try PlainExecutor(model).run(PlainTensor(shape: [1, 3, 2, 2], values: (0..<12).map(Double.init))).first)
        #expect(out.tensor.values == [7, 8, 9, 10, -10, -9, -8, -7] && out.tensor.shape == [1, 2, 2, 2])
    }
}
