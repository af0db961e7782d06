import Architectures
import ConvertIR
import ConvertJSON
import ConvertTensors
import Exporters
import TestSupport
import Testing

/// InceptionResnetV1, MobileFaceNet and MTCNN's three networks.
@Suite struct OtherFamiliesTests {
    private func operations(_ model: Model) -> [String: Int] {
        model.graph.nodes.reduce(into: [:]) { $0[$1.operation.name, default: 0] += 1 }
    }

    @Test("InceptionResnetV1 drops its classifier and reports it") func inceptionResnetLeavesItsClassifierOutAndTellsIt() throws {
        let weights = try Networks.zeros("inception_resnet_v1")
        #expect(weights["logits.weight"] != nil && weights["logits.bias"] != nil)
        let rebuilt = try Architectures.rebuild(weights)
        #expect(rebuilt.droppedKeys == ["logits.weight", "logits.bias"])
        #expect(rebuilt.model.weights.entries.map(\.name) == weights.entries.map(\.name).filter { !$0.hasPrefix("logits.") })
        let model = rebuilt.model
        #expect(model.architecture.name == "inception_resnet_v1")
        #expect(
            model.contract
                == InputContract(
                    height: 160, width: 160, standardDeviation: 128, crop: .mtcnn(margin: 16), embeddingLength: 512, isNormalized: true,
                    metric: .cosine, origins: .stated(.embeddingLength, .metric)))
        #expect(model.valueTypes["embedding"]?.description == "[batch, 512]")
        #expect(model.valueTypes["repeat_1.4.relu"]?.description == "[batch, 256, 17, 17]")
        #expect(model.valueTypes["mixed_7a.cat"]?.description == "[batch, 1792, 3, 3]")
        let counts = operations(model)
        #expect(counts["convolution"] == 132 && counts["batch_normalization"] == 112 && counts["multiply"] == 21 && counts["add"] == 21)
        #expect(counts["concatenate"] == 23 && counts["max_pool"] == 3 && counts["l2_normalize"] == 1)
        #expect(model.graph.nodes.last?.operation == .l2Normalize(axis: 1, epsilon: 1e-12))
        #expect(model.unusedKeys.allSatisfy { $0.hasSuffix("num_batches_tracked") })
    }

    @Test("InceptionResnetV1 uses the checkpoint's image size") func inceptionResnetTakesTheCheckpointsImageSize() throws {
        let model = try Architectures.rebuild(
            try Networks.zeros("inception_resnet_v1", metadata: JSONObject(["image_size": .integer(112)]))
        )
        .model
        #expect(model.contract.height == 112 && model.valueTypes["mixed_7a.cat"]?.description == "[batch, 1792, 2, 2]")
        for size: Int64 in [8, -1, .max] {
            #expect(throws: GraphError.self, "\(size)") {
                try Architectures.rebuild(try Networks.zeros("inception_resnet_v1", metadata: JSONObject(["image_size": .integer(size)])))
            }
        }
    }

    @Test("InceptionResnetV1 with a prefix drops its classifier too") func inceptionResnetBehindAPrefixDropsItsClassifierToo() throws {
        let rebuilt = try Architectures.rebuild(try Networks.zeros("inception_resnet_v1").renamed { "module." + $0 })
        #expect(rebuilt.prefix == "module." && rebuilt.droppedKeys == ["module.logits.weight", "module.logits.bias"])
    }

    @Test("MobileFaceNet is rebuilt from its keys") func mobileFaceNetIsRebuilt() throws {
        let weights = try Networks.zeros("mobilefacenet")
        let rebuilt = try Architectures.rebuild(weights)
        let model = rebuilt.model
        #expect(model.architecture.name == "mobilefacenet" && rebuilt.droppedKeys.isEmpty && rebuilt.prefix == "arcface.")
        #expect(model.architecture.hyperparameters["depths"]?.text() == "[4,6,2]")
        #expect(
            model.contract
                == InputContract(
                    height: 112, width: 112, standardDeviation: 127.5, crop: .arcface, embeddingLength: 128, isNormalized: false,
                    metric: .cosine, origins: .stated(.embeddingLength, .metric)))
        #expect(
            model.valueTypes["embedding"]?.description == "[batch, 128]" && model.valueTypes["sep"]?.description == "[batch, 512, 7, 7]")
        #expect(operations(model)["add"] == 12)
        let global = try #require(model.graph.nodes.first { $0.name == "GDC_dw" })
        #expect(global.operation == .convolution(Convolution(weight: "arcface.GDC_dw.weight", groups: 512)))
        #expect(model.weights.entries.map(\.name) == weights.entries.map(\.name))
    }

    private static let isThere = (try? Fixtures.bytes(Fixtures.mtcnn + "/pnet.pt")) != nil
    static let networks: [String] = {
        if !isThere { print("MTCNN's weights are not in \(Fixtures.mtcnn): its networks are not tested; make setup fetches them") }
        return isThere ? ["pnet", "rnet", "onet"] : []
    }()

    @Test("MTCNN's networks are rebuilt from their keys", arguments: networks) func mtcnnsNetworksAreRebuilt(_ name: String) throws {
        let opened = try FormatRegistry.open("\(Fixtures.mtcnn)/\(name).pt")
        let model = try Architectures.rebuild(try #require(opened.weights)).model
        #expect(model.architecture.name == "mtcnn_\(name)" && model.unusedKeys.isEmpty)
        let size = ["rnet": 24, "onet": 48][name]
        #expect(
            model.contract
                == InputContract(
                    height: size, width: size, standardDeviation: 128, crop: .none, embeddingLength: nil, isNormalized: false, metric: .none
                ))
        let outputs = model.graph.outputs.map { "\($0) \(model.valueTypes[$0]?.description ?? "")" }
        switch name {
        case "pnet": #expect(outputs == ["regression [batch, 4, ?, ?]", "probability [batch, 2, ?, ?]"])
        case "rnet": #expect(outputs == ["regression [batch, 4]", "probability [batch, 2]"])
        default: #expect(outputs == ["regression [batch, 4]", "landmarks [batch, 10]", "probability [batch, 2]"])
        }
        if name != "pnet" { #expect(model.graph.nodes.contains { $0.operation == .permute([0, 3, 2, 1]) }) }
        #expect(model.graph.nodes.contains { $0.operation == .softmax(axis: 1) })
    }
}
