import Architectures
import ConvertIR
import ConvertJSON
import ConvertTensors
import TestSupport
import Testing

/// IR-ResNet from a real checkpoint: what the keys show, in both layouts and with prefixes.
@Suite struct IRResNetTests {
    private func numbers(_ architecture: Architecture) -> [String] {
        architecture.hyperparameters.members.map { "\($0.key)=\($0.value.text())" }
    }

    @Test(
        "Depths, width, embedding and image size come from the keys",
        arguments: [
            ("training/small_epoch_003.pth", "width=2", "embedding_size=32", 112),
            ("models/ir_small.pth", "width=4", "embedding_size=16", 112),
        ]) func depthsWidthEmbeddingAndImageSizeComeFromTheKeys(_ file: String, _ width: String, _ embedding: String, _ size: Int) throws
    {
        let weights = try Networks.weights(file)
        let rebuilt = try Architectures.rebuild(weights)
        let model = rebuilt.model
        #expect(model.architecture.name == "ir_resnet18")
        #expect(numbers(model.architecture) == ["depths=[2,2,2,2]", width, embedding, "image_size=\(size)"])
        let length = try #require(model.architecture.hyperparameters["embedding_size"]?.integer)
        #expect(
            model.contract
                == InputContract(
                    height: size, width: size, channelOrder: .rgb, mean: 127.5, standardDeviation: 128, crop: .mtcnn(margin: 16),
                    embeddingLength: length, isNormalized: false, metric: .cosine,
                    origins: .stated(.height, .width, .embeddingLength, .metric)))
        #expect(model.assumedLine == "assumed: ε 1e-05, RGB, (x − 127.5) / 128, MTCNN crop with margin 16, output not normalized")
        #expect(model.valueTypes["input"]?.description == "[batch, 3, \(size), \(size)]")
        #expect(model.valueTypes["embedding"]?.description == "[batch, \(length)]")
        #expect(rebuilt.droppedKeys.isEmpty && rebuilt.prefix.isEmpty)
        #expect(model.weights.entries.map(\.name) == weights.entries.map(\.name))
        #expect(model.unusedKeys == weights.entries.map(\.name).filter { $0.hasSuffix("num_batches_tracked") })
        #expect(
            operations(model) == [
                "convolution": 1 + 8 * 2 + 4, "batch_normalization": 1 + 8 * 3 + 4 + 2, "prelu": 9, "add": 8, "flatten": 1, "linear": 1,
            ])
    }

    private func operations(_ model: Model) -> [String: Int] {
        model.graph.nodes.reduce(into: [:]) { $0[$1.operation.name, default: 0] += 1 }
    }

    @Test("Strides, padding and epsilon are the family's") func stridesPaddingAndEpsilonAreTheFamilys() throws {
        let model = try Architectures.rebuild(try Networks.weights("models/ir_small.pth")).model
        func node(_ name: String) throws -> Node { try #require(model.graph.nodes.first { $0.name == name }) }
        #expect(
            try node("body.1.0.residual.4").operation
                == .convolution(Convolution(weight: "body.1.0.residual.4.weight", stride: Size2D(2), padding: Padding2D(1))))
        #expect(
            try node("body.1.0.shortcut.0").operation
                == .convolution(Convolution(weight: "body.1.0.shortcut.0.weight", stride: Size2D(2))))
        #expect(
            try node("body.1.1.residual.4").operation
                == .convolution(Convolution(weight: "body.1.1.residual.4.weight", padding: Padding2D(1))))
        #expect(try node("body.1.1").inputs == ["body.1.1.residual.5", "body.1.0"])
        for node in model.graph.nodes {
            if case .batchNormalization(let layer) = node.operation { #expect(layer.epsilon == 1e-5, "\(node.name)") }
        }
        #expect(model.graph.nodes.last?.name == "output_layer.4" && model.graph.nodes.last?.output == "embedding")
    }

    @Test("insightface's key names give the same network") func insightfacesNamesGiveTheSameNetwork() throws {
        let weights = try Networks.weights("models/ir_small.pth")
        let other = weights.asInsightface()
        #expect(other.entries.count == weights.entries.count && other["layer4.1.bn3.running_var"] != nil && other["fc.weight"] != nil)
        let (first, second) = (try Architectures.rebuild(weights).model, try Architectures.rebuild(other).model)
        #expect(first.architecture == second.architecture && first.contract == second.contract)
        #expect(first.graph.nodes.map(\.operation.name) == second.graph.nodes.map(\.operation.name))
        for (left, right) in zip(first.graph.nodes, second.graph.nodes) {
            #expect(first.valueTypes[left.output] == second.valueTypes[right.output], "\(left.name)")
            for (one, two) in zip(left.operation.weights, right.operation.weights) {
                #expect(try #require(weights[one.key]).isSameView(as: try #require(other[two.key])), "\(one.key) \(two.key)")
            }
        }
        // insightface's own checkpoints have no metadata of the reference project, and were trained with a different scale.
        let published = try Architectures.rebuild(other.with(Metadata())).model
        #expect(published.contract.standardDeviation == 127.5 && published.contract.mean == 127.5)
        #expect(published.contract.height == 112)
    }

    @Test("Prefixes are recognized and kept", arguments: ["module.", "backbone.", "model.module."]) func prefixesAreLookedThroughAndKept(
        _ prefix: String
    ) throws {
        let plain = try Networks.weights("models/ir_small.pth")
        for weights in [plain, plain.asInsightface()] {
            let behind = weights.renamed { prefix + $0 }
            let (first, second) = (try Architectures.rebuild(weights).model, try Architectures.rebuild(behind))
            #expect(second.prefix == prefix)
            #expect(second.model.weights.entries.map(\.name) == behind.entries.map(\.name))
            #expect(second.model.graph.weightKeys == first.graph.weightKeys.map { prefix + $0 })
            #expect(second.model.graph.nodes.map(\.name) == first.graph.nodes.map(\.name))
            #expect(second.model.contract == first.contract && second.model.architecture == first.architecture)
        }
    }

    @Test("A depth without a name is described by its blocks") func aDepthWithoutANameIsToldByItsBlocks() throws {
        let weights = try Networks.weights("models/ir_small.pth")
        let shorter = weights.renamed { $0.hasPrefix("body.2.1.") ? nil : $0 }.with(JSONObject(["image_size": .integer(112)]))
        let model = try Architectures.rebuild(shorter).model
        #expect(model.architecture.name == "ir_resnet_2_2_1_2")
        #expect(model.architecture.hyperparameters["depths"]?.text() == "[2,2,1,2]")
    }

    @Test("Without an image size, the features determine it") func withoutAnImageSizeTheFeaturesTellIt() throws {
        let weights = try Networks.weights("models/ir_small.pth").with(Metadata())
        #expect(try Architectures.rebuild(weights).model.contract.height == 112)
    }

    @Test("An image size that does not lead to the features is refused") func anImageSizeThatDoesNotLeadToTheFeaturesIsRefused() throws {
        let weights = try Networks.weights("models/ir_small.pth")
        for size: Int64 in [160, -112, 0, .max, .min] {
            let error = #expect(throws: ArchitectureError.self) {
                try Architectures.rebuild(weights.with(JSONObject(["image_size": .integer(size)])))
            }
            #expect(error == .imageSizeDisagrees(source: "ir_small.pth", named: Int(size), features: 1568), "\(size)")
        }
    }

    @Test("Sizes made to overflow are refused") func sizesMadeToOverflowAreRefused() throws {
        let base = try Networks.weights("models/ir_small.pth")
        for stage in 0..<4 {
            let weights = base.with("body.\(stage).0.residual.1.weight", try Networks.zero(.float32, [1 << 54, 0, 3, 3]))
            for size: Int64 in [112, 1 << 20, 16 << 16] {
                #expect(throws: ArchitectureError.self) {
                    try Architectures.rebuild(weights.with(JSONObject(["image_size": .integer(size)])))
                }
            }
            #expect(throws: ArchitectureError.self) { try Architectures.rebuild(weights.with(Metadata())) }
        }
        let wide = base.with("output_layer.3.weight", try Networks.zero(.float32, [0, 1 << 56]))
        #expect(throws: ArchitectureError.self) { try Architectures.rebuild(wide.with(Metadata())) }
    }
}
