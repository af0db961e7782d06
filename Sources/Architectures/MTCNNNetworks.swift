import ConvertIR
import ConvertJSON

/// MTCNN's three networks as facenet-pytorch 2.6.0 builds them. Their outputs, in its order, are box regression, landmarks (ONet only), and
/// the probabilities of "no face" and "face".
enum MTCNNPart {
    /// A detector's contract: (x − 127.5) / 128, no embedding.
    static func contract(size: Int?) -> InputContract {
        InputContract(
            height: size, width: size, standardDeviation: 128, crop: .none, embeddingLength: nil, isNormalized: false, metric: .none)
    }

    static func builder(_ network: RecognizedNetwork, _ weights: Weights, size: Int?) -> GraphBuilder {
        let sides: [Dimension] = size.map { [.fixed($0), .fixed($0)] } ?? [.symbol("height"), .symbol("width")]
        return GraphBuilder(
            StateDictReader(weights, prefix: network.prefix), input: .init(name: "input", type: ValueType([.batch, .fixed(3)] + sides)))
    }

    /// The network, if all of its keys are present under one prefix.
    static func recognize(_ name: String, _ keys: [String], _ weights: Weights) -> RecognizedNetwork? {
        guard let first = keys.first, let prefix = StateDictReader.prefix(before: first, in: weights),
            keys.allSatisfy({ weights[prefix + $0] != nil })
        else { return nil }
        return RecognizedNetwork(name: name, prefix: prefix)
    }

    /// Convolution with bias, PReLU, and a max pool with ceil mode if `pool` is given.
    static func unit(
        _ index: Int, _ value: String, from: Int, to: Int, kernel: Int, pool: Int?, to builder: inout GraphBuilder
    ) -> String {
        var value = builder.convolution("conv\(index)", value, from: from, to: to, kernel: Size2D(kernel), hasBias: true)
        value = builder.prelu("prelu\(index)", value, channels: to)
        guard let pool else { return value }
        return builder.append("pool\(index)", .maxPool(Pooling(kernel: Size2D(pool), stride: Size2D(2), ceilMode: true)), [value])
    }

    /// Flattens the features in the order that facenet-pytorch's dense layers expect: width, height, channels from the outside in.
    static func flatten(_ value: String, to builder: inout GraphBuilder) -> String {
        let value = builder.append("permute", .permute([0, 3, 2, 1]), [value])
        return builder.append("flatten", .flatten, [value])
    }
}

/// The proposal network, fully convolutional.
enum PNet: ArchitectureFamily {
    static let knownNames = ["mtcnn_pnet"]
    static let tellTaleKeys = ["conv4_1.weight", "conv4_2.weight", "prelu3.weight"]

    static func canonicalName(_ name: String) -> String? { ["pnet", "mtcnn_pnet"].contains(name) ? "mtcnn_pnet" : nil }

    static func recognize(_ weights: Weights) -> RecognizedNetwork? { MTCNNPart.recognize("mtcnn_pnet", tellTaleKeys, weights) }

    static func build(_ network: RecognizedNetwork, from weights: Weights, imageSize: GivenFacts.ImageSize?) throws -> BuiltNetwork {
        var builder = MTCNNPart.builder(network, weights, size: nil)
        var value = MTCNNPart.unit(1, builder.start, from: 3, to: 10, kernel: 3, pool: 2, to: &builder)
        value = MTCNNPart.unit(2, value, from: 10, to: 16, kernel: 3, pool: nil, to: &builder)
        value = MTCNNPart.unit(3, value, from: 16, to: 32, kernel: 3, pool: nil, to: &builder)
        var face = builder.convolution("conv4_1", value, from: 32, to: 2, kernel: Size2D(1), hasBias: true)
        face = builder.append("softmax4_1", .softmax(axis: 1), [face])
        let box = builder.convolution("conv4_2", value, from: 32, to: 4, kernel: Size2D(1), hasBias: true)
        let graph = builder.graph(outputs: [box: "regression", face: "probability"])
        let extra = try builder.reader.check(name: network.name)
        return BuiltNetwork(
            graph: graph, contract: MTCNNPart.contract(size: nil), hyperparameters: JSONObject(), extraKeys: extra)
    }
}

/// The refinement network, on 24×24 crops.
enum RNet: ArchitectureFamily {
    static let knownNames = ["mtcnn_rnet"]
    static let tellTaleKeys = ["dense5_1.weight", "dense5_2.weight", "prelu4.weight"]

    static func canonicalName(_ name: String) -> String? { ["rnet", "mtcnn_rnet"].contains(name) ? "mtcnn_rnet" : nil }

    static func recognize(_ weights: Weights) -> RecognizedNetwork? { MTCNNPart.recognize("mtcnn_rnet", tellTaleKeys, weights) }

    static func build(_ network: RecognizedNetwork, from weights: Weights, imageSize: GivenFacts.ImageSize?) throws -> BuiltNetwork {
        var builder = MTCNNPart.builder(network, weights, size: 24)
        var value = MTCNNPart.unit(1, builder.start, from: 3, to: 28, kernel: 3, pool: 3, to: &builder)
        value = MTCNNPart.unit(2, value, from: 28, to: 48, kernel: 3, pool: 3, to: &builder)
        value = MTCNNPart.unit(3, value, from: 48, to: 64, kernel: 2, pool: nil, to: &builder)
        value = MTCNNPart.flatten(value, to: &builder)
        value = builder.linear("dense4", value, from: 576, to: 128, hasBias: true)
        value = builder.prelu("prelu4", value, channels: 128)
        var face = builder.linear("dense5_1", value, from: 128, to: 2, hasBias: true)
        face = builder.append("softmax5_1", .softmax(axis: 1), [face])
        let box = builder.linear("dense5_2", value, from: 128, to: 4, hasBias: true)
        let graph = builder.graph(outputs: [box: "regression", face: "probability"])
        let extra = try builder.reader.check(name: network.name)
        return BuiltNetwork(
            graph: graph, contract: MTCNNPart.contract(size: 24), hyperparameters: JSONObject(), extraKeys: extra)
    }
}

/// The output network, on 48×48 crops, with five landmarks (five x, then five y).
enum ONet: ArchitectureFamily {
    static let knownNames = ["mtcnn_onet"]
    static let tellTaleKeys = ["dense6_1.weight", "dense6_3.weight", "prelu5.weight"]

    static func canonicalName(_ name: String) -> String? { ["onet", "mtcnn_onet"].contains(name) ? "mtcnn_onet" : nil }

    static func recognize(_ weights: Weights) -> RecognizedNetwork? { MTCNNPart.recognize("mtcnn_onet", tellTaleKeys, weights) }

    static func build(_ network: RecognizedNetwork, from weights: Weights, imageSize: GivenFacts.ImageSize?) throws -> BuiltNetwork {
        var builder = MTCNNPart.builder(network, weights, size: 48)
        var value = MTCNNPart.unit(1, builder.start, from: 3, to: 32, kernel: 3, pool: 3, to: &builder)
        value = MTCNNPart.unit(2, value, from: 32, to: 64, kernel: 3, pool: 3, to: &builder)
        value = MTCNNPart.unit(3, value, from: 64, to: 64, kernel: 3, pool: 2, to: &builder)
        value = MTCNNPart.unit(4, value, from: 64, to: 128, kernel: 2, pool: nil, to: &builder)
        value = MTCNNPart.flatten(value, to: &builder)
        value = builder.linear("dense5", value, from: 1152, to: 256, hasBias: true)
        value = builder.prelu("prelu5", value, channels: 256)
        var face = builder.linear("dense6_1", value, from: 256, to: 2, hasBias: true)
        face = builder.append("softmax6_1", .softmax(axis: 1), [face])
        let box = builder.linear("dense6_2", value, from: 256, to: 4, hasBias: true)
        let landmarks = builder.linear("dense6_3", value, from: 256, to: 10, hasBias: true)
        let graph = builder.graph(outputs: [box: "regression", landmarks: "landmarks", face: "probability"])
        let extra = try builder.reader.check(name: network.name)
        return BuiltNetwork(
            graph: graph, contract: MTCNNPart.contract(size: 48), hyperparameters: JSONObject(), extraKeys: extra)
    }
}
