import Architectures
import ConvertIR
import ConvertJSON
import ConvertTensors
import Testing

/// Facts that keys do not show are assumed from a project's telltale signs, marked as assumed, and overridden by what the caller gives.
@Suite struct AssumedFactsTests {
    private func insightface() throws -> Weights { try Networks.weights("models/ir_small.pth").asInsightface().with(Metadata()) }

    @Test("insightface's keys alone are assumed to be insightface's network") func insightfacesKeysAloneAreAssumedToBeInsightfaces() throws
    {
        let model = try Architectures.rebuild(insightface()).model
        #expect(model.epsilons == [1e-5] && model.contract.crop == .arcface && model.contract.channelOrder == .rgb)
        #expect(model.contract.mean == 127.5 && model.contract.standardDeviation == 127.5 && !model.contract.isNormalized)
        #expect(
            model.assumedLine
                == "assumed: ε 1e-05, 112×112, RGB, (x − 127.5) / 127.5, five-point aligned face, output not normalized")
    }

    @Test("Wrappers, head and name identify MagFace", arguments: ["features.module.", "module.features.", "features."])
    func wrappersHeadAndNameGiveMagFaceAway(_ prefix: String) throws {
        var weights = try insightface().renamed { prefix + $0 }
        if prefix == "features." { weights = weights.with(JSONObject(["arch": .string("iresnet18")])) }
        let model = try Architectures.rebuild(weights).model
        #expect(model.epsilons == [2e-5] && model.contract.channelOrder == .bgr)
        #expect(model.contract.mean == 0 && model.contract.standardDeviation == 255)
        #expect(model.assumedLine?.contains("x / 255") == true)
    }

    @Test("A parallel head identifies MagFace and is left out") func aParallelHeadGivesMagFaceAwayAndIsLeftOut() throws {
        let weights = try insightface().renamed { "features.module." + $0 }
            .with("parallel_fc.weight", try Networks.zero(.float32, [16, 100]))
        let rebuilt = try Architectures.rebuild(weights)
        #expect(rebuilt.droppedKeys == ["parallel_fc.weight"] && rebuilt.model.epsilons == [2e-5])
    }

    @Test(
        "A head beside the network is left out automatically",
        arguments: [
            ("arcface.", "head.weight"), ("module.features.", "module.fc.weight"), ("backbone.", "classifier.weight"), ("net.", "kernel"),
            ("model.", "metric_fc.weight"),
        ]) func aHeadBesideTheNetworkIsLeftOutWithoutAsking(_ prefix: String, _ head: String) throws
    {
        let weights = try insightface().renamed { prefix + $0 }.with(head, try Networks.zero(.float32, [100, 16]))
        #expect(try Architectures.rebuild(weights).droppedKeys == [head])
    }

    @Test(
        "An extra key inside the network makes it a different network",
        arguments: ["layer1.0.se_block.fc3.weight", "layer1.0.head.weight", "fc2.weight"])
    func aKeyInsideTheNetworkIsAnotherNetwork(_ key: String) throws {
        let weights = try insightface().with(key, try Networks.zero(.float32, [4, 4]))
        #expect {
            try Architectures.rebuild(weights)
        } throws: { error in
            guard case ArchitectureError.keysDoNotMatch(_, _, let missing, let unexpected, let misshaped, _, _) = error else {
                return false
            }
            return unexpected == [key] && missing.isEmpty && misshaped.isEmpty
        }
    }

    @Test("bubbliiiing's ArcFace backbone normalizes its output") func anArcFaceBackboneNormalizesItsOutput() throws {
        let model = try Architectures.rebuild(insightface().renamed { "arcface." + $0 }).model
        #expect(model.contract.isNormalized && model.graph.nodes.last?.operation.name == "l2_normalize")
    }

    @Test("Batch counters that are all zero are remarked on") func countersThatAreAllZeroAreRemarkedOn() throws {
        let weights = try insightface()
        let zeroed = Weights(
            entries: try weights.entries.map { entry in
                entry.name.hasSuffix("num_batches_tracked") ? .init(name: entry.name, tensor: try Networks.zero(.int64, [])) : entry
            }, metadata: Metadata(), provenance: weights.provenance)
        #expect(try Architectures.rebuild(zeroed).remarks.contains { $0.contains("num_batches_tracked") && $0.contains("2e-5") })
        // A single nonzero counter shows that torch trained the network.
        let name = try #require(weights.entries.first { $0.name.hasSuffix("num_batches_tracked") }?.name)
        let one = withUnsafeBytes(of: Int64(7).littleEndian) { Array($0) }
        let counted = zeroed.with(
            name, try Tensor(dtype: .int64, shape: [], storage: Storage(name: "one", bytes: .init(copying: one, name: "one"))))
        #expect(try Architectures.rebuild(counted).remarks.isEmpty)
    }

    @Test("Unequal sides are assumed to be a portrait, and a given size takes precedence")
    func aPortraitIsTakenWhereSidesDifferAndAGivenSizeIsTakenAsGiven() throws {
        // 7×6 positions before the linear layer instead of 7×7.
        let weights = try insightface()
        let linear = try #require(weights["fc.weight"]?.shape)
        let portrait = weights.with("fc.weight", try Networks.zero(.float32, [linear[0], linear[1] / 49 * 42]))
        let model = try Architectures.rebuild(portrait).model
        #expect(model.contract.height == 112 && model.contract.width == 96 && model.contract.origins[.height] == .assumed)
        let wide = try Architectures.rebuild(portrait, imageSize: .init(height: 96, width: 112)).model
        #expect(wide.valueTypes["input"]?.description == "[batch, 3, 96, 112]")
        #expect(throws: GivenFactError.self) { try Architectures.rebuild(portrait, imageSize: .init(square: 112)) }
    }

    // MARK: Given facts

    @Test("Given facts override the family's") func whatIsGivenTakesTheFamilysPlace() throws {
        var given = GivenFacts()
        given.epsilon = 2e-5
        given.mean = ChannelNumbers([123.7, 116.3, 103.5])
        given.standardDeviation = 58
        given.channelOrder = .bgr
        given.crop = .whole
        let model = try given.apply(to: Architectures.rebuild(insightface()).model)
        #expect(model.epsilons == [2e-5] && model.contract.mean?.values == [123.7, 116.3, 103.5])
        #expect(model.contract.channelOrder == .bgr && model.contract.crop == .whole)
        #expect(
            model.contract.origins.facts(.given) == [.epsilon, .channelOrder, .mean, .standardDeviation, .crop])
        #expect(model.assumedLine == "assumed: 112×112, output not normalized")
    }

    @Test("A crop without a margin keeps the stated margin") func aCropWithoutAMarginKeepsTheStatedOne() throws {
        var given = GivenFacts()
        given.crop = .mtcnn(margin: 16)
        var contract = try Architectures.rebuild(insightface()).model.contract
        contract.crop = .mtcnn(margin: 14)
        #expect(given.apply(to: contract).crop == .mtcnn(margin: 14))
        given.margin = 16
        #expect(given.apply(to: contract).crop == .mtcnn(margin: 16))
    }

    @Test("Facts that do not fit the network are refused") func whatDoesNotFitTheNetworkIsRefused() throws {
        let model = try Architectures.rebuild(insightface()).model
        var gray = GivenFacts()
        gray.channelOrder = .gray
        #expect(throws: GivenFactError.otherChannels(order: "gray", channels: 3)) { try gray.apply(to: model) }
        var size = GivenFacts()
        size.imageSize = .init(square: 160)
        #expect(throws: GivenFactError.self) { try size.apply(to: model) }
    }

    @Test("A likeness fills in only facts that the file does not state") func aLikenessFillsOnlyWhatTheFileDoesNotState() throws {
        var contract = try Architectures.rebuild(insightface()).model.contract
        contract.mean = 0
        contract.origins[.mean] = .stated
        let filled = try #require(ContractProfile.named("magface")).fill(contract)
        #expect(filled.mean == 0 && filled.standardDeviation == 255 && filled.channelOrder == .bgr)
        #expect(filled.origins[.mean] == .stated && filled.origins[.standardDeviation] == .assumed)
    }

    @Test(
        "Every profile is found by name",
        arguments: ContractProfile.all.map(\.name) + ["ir_resnet18", "IR-ResNet50", "mobilefacenet", "facenet"])
    func everyProfileIsFoundByName(_ name: String) {
        #expect(ContractProfile.named(name) != nil)
    }
}

extension AssumedFactsTests {
    @Test("An epsilon that the source states for every layer is used") func anEpsilonThatTheSourceStatesForEveryLayerIsTaken() throws {
        let plain = try Networks.weights("models/ir_small.pth").asInsightface().with(Metadata())
        let layers = plain.entries.map(\.name).filter { $0.hasSuffix(".running_mean") }.map { String($0.dropLast(".running_mean".count)) }
        func weights(_ names: [String]) -> Weights {
            Weights(
                entries: plain.entries, provenance: plain.provenance,
                epsilons: Dictionary(uniqueKeysWithValues: names.map { ($0, 2e-5) }))
        }
        let whole = try Architectures.rebuild(weights(layers)).model
        #expect(whole.epsilons == [2e-5] && whole.contract.origins[.epsilon] == .stated)
        let part = try Architectures.rebuild(weights(Array(layers.dropLast()))).model
        #expect(part.epsilons == [1e-5, 2e-5] && part.contract.origins[.epsilon] == .assumed)
    }
}
