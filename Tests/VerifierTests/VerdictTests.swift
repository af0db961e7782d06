import ConvertFiles
import ConvertIR
import ConvertInference
import ConvertTensors
import Exporters
import TestSupport
import Testing

@testable import Verifier

/// Small networks that are the same under different names, or differ in one thing.
@Suite struct VerdictTests {
    private static func tensor(_ values: [Float], _ shape: [Int]) throws -> Tensor {
        let bytes = values.withUnsafeBytes { Array($0) }
        return try Tensor(dtype: .float32, shape: shape, storage: Storage(name: "test", bytes: ByteView(copying: bytes, name: "test")))
    }

    private static func noise(_ count: Int, seed: Int, around center: Float = 0) -> [Float] {
        var state = UInt64(seed) &* 0x2545_F491_4F6C_DD1D &+ 99
        return (0..<count).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return center + Float(Int64(state >> 33) - 1 << 30) / Float(1 << 31)
        }
    }

    /// What can be changed in the network.
    struct Change {
        var prefix = ""
        var epsilon = 1e-5
        var padding = Padding2D(1)
        var slope: Float?
        var contract: (inout InputContract) -> Void = { _ in }
        var hasSecondOutput = false
        var endsNormalized = false
    }

    /// Convolution, normalization and slopes twice, one branch added to the other, then a linear layer. The last slope is never active,
    /// because its channel's bias lifts it above zero.
    private static func model(_ change: Change = Change()) throws -> Model {
        let p = change.prefix
        let shapes: [(String, [Int], Float)] = [
            ("conv.weight", [4, 3, 3, 3], 0), ("bn.scale", [4], 1), ("bn.bias", [4], 0), ("bn.mean", [4], 0), ("bn.variance", [4], 1),
            ("slope", [4], 0.25), ("side.weight", [4, 4, 1, 1], 0), ("other.weight", [4, 4, 1, 1], 0), ("fc.weight", [5, 4], 0),
            ("fc.bias", [5], 0),
        ]
        var entries = try shapes.enumerated().map { index, entry in
            var values = noise(entry.1.reduce(1, *), seed: index + 1, around: entry.2)
            if entry.0 == "bn.bias" { values[3] = 50 }
            if entry.0 == "slope", let slope = change.slope { values[3] = slope }
            return Weights.Entry(name: p + entry.0, tensor: try tensor(values, entry.1))
        }
        entries.append(Weights.Entry(name: p + "steps", tensor: try tensor([1], [1])))
        func conv(_ key: String, _ padding: Padding2D = Padding2D(0)) -> Operation {
            .convolution(Convolution(weight: p + key, padding: padding))
        }
        var nodes = [
            Node(name: "conv", operation: conv("conv.weight", change.padding), inputs: ["x"], output: p + "a"),
            Node(
                name: "bn",
                operation: .batchNormalization(
                    BatchNormalization(
                        scale: p + "bn.scale", bias: p + "bn.bias", mean: p + "bn.mean", variance: p + "bn.variance",
                        epsilon: change.epsilon)), inputs: [p + "a"], output: p + "b"),
            Node(name: "prelu", operation: .prelu(slope: p + "slope"), inputs: [p + "b"], output: p + "c"),
            Node(name: "side", operation: conv("side.weight"), inputs: [p + "c"], output: p + "d"),
            Node(name: "other", operation: conv("other.weight"), inputs: [p + "c"], output: p + "e"),
            Node(name: "add", operation: .add, inputs: [p + "d", p + "e"], output: p + "f"),
            Node(name: "pool", operation: .globalAveragePool, inputs: [p + "f"], output: p + "g"),
            Node(name: "flat", operation: .flatten, inputs: [p + "g"], output: p + "h"),
            Node(
                name: "fc", operation: .linear(Linear(weight: p + "fc.weight", bias: p + "fc.bias")), inputs: [p + "h"],
                output: p + "y"),
        ]
        if !p.isEmpty { nodes.swapAt(3, 4) }
        var outputs = [p + "y"]
        if change.endsNormalized {
            nodes.append(Node(name: "unit", operation: .l2Normalize(axis: 1, epsilon: 0), inputs: [p + "y"], output: p + "z"))
            outputs = [p + "z"]
        }
        if change.hasSecondOutput { outputs.append(p + "h") }
        var contract = InputContract(
            height: 12, width: 12, mean: 127.5, standardDeviation: 128, crop: .mtcnn(margin: 16), embeddingLength: 5,
            isNormalized: change.endsNormalized, metric: .cosine)
        change.contract(&contract)
        return try Model(
            weights: Weights(entries: entries, provenance: Provenance(source: "test", format: "pth", stateDictPath: "")),
            graph: Graph(
                inputs: [.init(name: "x", type: ValueType([.batch, .fixed(3), .fixed(12), .fixed(12)]))], nodes: nodes, outputs: outputs),
            contract: contract, architecture: .custom)
    }

    private func verified(_ export: Model, against source: Model? = nil) throws -> Verification {
        try Verification(
            export: Verification.Export(.model(export)), source: .model(try source ?? VerdictTests.model()), names: ("export", "source"),
            settings: Verification.Settings())
    }

    private func change(_ edit: (inout Change) -> Void) throws -> Model {
        var change = Change()
        edit(&change)
        return try VerdictTests.model(change)
    }

    @Test("Identical bits need only one run") func theSameBitsNeedOneRun() throws {
        let found = try verified(try VerdictTests.model())
        #expect(found.verdict == .same && found.numeric?.isOneRun == true && found.activity == nil)
        #expect(found.numeric?.outputs.first?.maxAbsolute == 0)
    }

    @Test("Other names and a different order of branches are the same network") func otherNamesAndAnotherOrderOfBranchesAreTheSame() throws
    {
        let found = try verified(try change { $0.prefix = "onnx::" })
        #expect(found.verdict == .same, "\(found.verdict)")
        #expect(found.layersUnmatched == nil && found.layersMatched == 9)
        #expect(found.tensors.matching == .graph && found.tensors.isExact && found.tensors.compared == 10)
    }

    @Test("Folded under other names is the same except for rounding") func foldedUnderOtherNamesIsTheSameButForRounding() throws {
        let folded = try change { $0.prefix = "other." }.foldingBatchNormalization()
        let found = try verified(folded)
        #expect(found.verdict == .same, "\(found.verdict)")
        #expect(found.tensors.isFolded && found.tensors.differences.isEmpty)
        // The folded ε is part of the numbers.
        let other = try verified(try change { ($0.prefix, $0.epsilon) = ("other.", 2e-5) }.foldingBatchNormalization())
        guard case .different = other.verdict else {
            Issue.record("\(other.verdict)")
            return
        }
    }

    /// Outputs are bitwise the same: only the tensor itself shows the difference.
    @Test("A slope that no image uses is a difference") func aSlopeThatNoImageUsesIsADifference() throws {
        let woken = try change { ($0.prefix, $0.slope) = ("p", 7) }
        let found = try verified(woken)
        #expect(found.verdict.words == "NOT the same network")
        #expect(found.tensors.differences.map(\.name) == ["slope"])
        #expect(found.numeric?.isWithin == true && found.numeric?.outputs.first?.maxAbsolute == 0)
        #expect(found.activity == nil || found.activity?.active == 3 && found.activity?.channels == 4)
    }

    @Test("Attributes of matched layers are named") func attributesOfMatchedLayersAreNamed() throws {
        let padded = try verified(try change { ($0.prefix, $0.padding) = ("p", Padding2D(top: 2, left: 1, bottom: 0, right: 1)) })
        #expect(padded.verdict.words == "NOT the same network")
        #expect(padded.attributes == ["conv (convolution): padding 2,1,0,1 instead of 1,1,1,1"])
        #expect(padded.blame?.layer == "conv")
        let epsilon = try verified(try change { $0.epsilon = 2e-5 })
        #expect(epsilon.attributes == ["bn (batch_normalization): epsilon 2e-05 instead of 1e-05"])
    }

    @Test("A rounded export is compared with the rounded source") func aRoundedExportIsHeldToTheRoundedSource() throws {
        func rounded(_ model: Model, _ precision: WeightPrecision) throws -> Model {
            try Model(
                weights: try model.weights.rounded(to: precision), graph: model.graph, contract: model.contract,
                architecture: model.architecture)
        }
        for precision in [WeightPrecision.float16, .bfloat16] {
            let found = try verified(try rounded(try VerdictTests.model(), precision))
            #expect(found.verdict == .same && found.tensors.relation == .rounded(precision))
            #expect(found.numeric?.tolerance.normalized == 3e-6 && found.numeric?.isOneRun == true)
            #expect((found.drift?.outputs.first?.maxNormalized ?? 0) > 1e-5, "\(String(describing: found.drift))")
            let changed = try verified(try rounded(try change { $0.epsilon = 1e-3 }, precision))
            #expect(changed.verdict.words == "NOT the same network")
            // The reverse: the source was rounded.
            let reverse = try verified(try VerdictTests.model(), against: try rounded(try VerdictTests.model(), precision))
            #expect(reverse.verdict == .same && reverse.tensors.relation == .sourceRounded(precision), "\(reverse.verdict)")
        }
    }

    @Test("The contract is part of the network", arguments: ["crop", "height", "is_normalized", "mean", "channel_order"])
    func theContractIsPartOfTheNetwork(_ member: String)
        throws
    {
        let found = try verified(
            try change { change in
                change.contract = { contract in
                    switch member {
                    case "crop": contract.crop = .whole
                    case "height": contract.height = 20
                    case "is_normalized": contract.isNormalized = true
                    case "mean": contract.mean = 0
                    default: contract.channelOrder = .bgr
                    }
                }
            })
        #expect(found.verdict.words == "NOT the same network")
        #expect(found.contract?.differences.map(\.member) == [member])
    }

    @Test("A normalization at the end is not a difference") func aNormalizationAtTheEndIsNoDifference() throws {
        let found = try verified(try change { $0.endsNormalized = true })
        #expect(found.verdict == .same, "\(found.verdict)")
        #expect(found.numeric?.lengthsDiffer == true)
    }

    @Test("A second output is allowed and named") func aSecondOutputIsAllowedAndNamed() throws {
        let found = try verified(try change { ($0.prefix, $0.hasSecondOutput) = ("p", true) })
        #expect(found.verdict == .same, "\(found.verdict)")
        #expect(found.numeric?.unmatchedOutputs == ["ph of the export"])
    }

    @Test("An embedded scaling is not a difference, but a different scaling is")
    func anEmbeddedScalingIsNoDifferenceAndAnotherScalingIs() throws {
        let embedded = try VerdictTests.model().embeddingPreprocessing(elements: .float32)
        #expect(try verified(embedded).verdict == .same)
        let other = try change { $0.contract = { $0.standardDeviation = 127.5 } }.embeddingPreprocessing(elements: .float32)
        let found = try verified(other)
        #expect(found.contract?.differences.map(\.member) == ["standard_deviation"])
        #expect(found.verdict.words == "NOT the same network")
    }

    /// The source's ε is assumed, so the one that the caller gave for the export applies to both, and this is reported.
    @Test("A given epsilon is used for both sides") func anEpsilonThatWasGivenIsTakenForBoth() throws {
        let given = try change { change in
            change.epsilon = 2e-5
            change.contract = { $0.origins[.epsilon] = .given }
        }
        let found = try verified(given)
        #expect(found.verdict == .same && found.givenEpsilon == 2e-5, "\(found.verdict)")
        #expect(try verified(try change { $0.epsilon = 2e-5 }).givenEpsilon == nil)
    }

    @Test("Inactive channels are counted") func whatIsLeftAsleepIsCounted() throws {
        let input = try SeededImages.batch(shape: [6, 3, 12, 12])
        let model = try VerdictTests.model()
        let found = try ChannelActivity(of: model, input: try model.contract.standardize(input), options: .init())
        #expect(found == ChannelActivity(channels: 4, active: 3) && found.share == 0.75)
    }
}
