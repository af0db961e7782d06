import ConvertIR
import ConvertJSON

/// InceptionResnetV1 as facenet-pytorch 2.6.0 builds it with `classify=False`: batch normalization with ε 1e-3, embedding L2-normalized
/// inside.
enum InceptionResnetV1: ArchitectureFamily {
    static let knownNames = ["inception_resnet_v1"]
    static let endsInNormalization = true
    static let tellTaleKeys = ["conv2d_1a.conv.weight", "block8.conv2d.weight"]
    private static let profile = ContractProfile.facenet
    private static let epsilon = profile.epsilon
    /// The size that facenet-pytorch's published weights were trained on, used if the checkpoint does not say.
    private static let usualImageSize = 160

    static func canonicalName(_ name: String) -> String? {
        ["inceptionresnetv1", "inception_resnet", "inception_resnet_v1", "facenet"].contains(name) ? "inception_resnet_v1" : nil
    }

    static func recognize(_ weights: Weights) -> RecognizedNetwork? {
        guard let prefix = StateDictReader.prefix(before: "conv2d_1a.conv.weight", in: weights),
            weights[prefix + "block8.conv2d.weight"] != nil
        else { return nil }
        return RecognizedNetwork(name: "inception_resnet_v1", prefix: prefix)
    }

    static func build(_ network: RecognizedNetwork, from weights: Weights, imageSize: GivenFacts.ImageSize?) throws -> BuiltNetwork {
        let reader = StateDictReader(weights, prefix: network.prefix)
        let stated = weights.metadata["image_size"]?.integer
        let size = imageSize ?? GivenFacts.ImageSize(square: stated ?? usualImageSize)
        let embedding = reader.shape("last_linear.weight")?.first ?? 512
        var builder = GraphBuilder(
            reader, input: .init(name: "input", type: ValueType([.batch, .fixed(3), .fixed(size.height), .fixed(size.width)])))
        var value = unit("conv2d_1a", builder.start, 3, 32, 3, stride: 2, to: &builder)
        value = unit("conv2d_2a", value, 32, 32, 3, to: &builder)
        value = unit("conv2d_2b", value, 32, 64, 3, padding: 1, to: &builder)
        value = pool("maxpool_3a", value, to: &builder)
        value = unit("conv2d_3b", value, 64, 80, 1, to: &builder)
        value = unit("conv2d_4a", value, 80, 192, 3, to: &builder)
        value = unit("conv2d_4b", value, 192, 256, 3, stride: 2, to: &builder)
        for index in 0..<5 { value = block35("repeat_1.\(index)", value, to: &builder) }
        value = mixed6a("mixed_6a", value, to: &builder)
        for index in 0..<10 { value = block17("repeat_2.\(index)", value, to: &builder) }
        value = mixed7a("mixed_7a", value, to: &builder)
        for index in 0..<5 { value = block8("repeat_3.\(index)", value, scale: 0.2, hasReLU: true, to: &builder) }
        value = block8("block8", value, scale: 1, hasReLU: false, to: &builder)
        value = builder.append("avgpool_1a", .globalAveragePool, [value])
        value = builder.append("flatten", .flatten, [value])
        value = builder.linear("last_linear", value, from: 1792, to: embedding, hasBias: false)
        value = builder.batchNorm("last_bn", value, channels: embedding, epsilon: epsilon)
        value = builder.append("normalize", .l2Normalize(axis: 1, epsilon: Model.normalizationEpsilon), [value])
        let graph = builder.graph(outputs: [value: "embedding"])
        let extra = try builder.reader.check(name: network.name)
        let contract = profile.contract(size: size, isSizeStated: imageSize == nil && stated != nil, embeddingLength: embedding)
        let hyperparameters: Metadata = JSONObject(["embedding_size": .integer(Int64(embedding)), "image_size": size.json])
        return BuiltNetwork(graph: graph, contract: contract, hyperparameters: hyperparameters, extraKeys: extra)
    }

    // MARK: Parts

    /// Convolution without bias, BN, ReLU.
    private static func unit(
        _ name: String, _ value: String, _ from: Int, _ to: Int, _ kernel: Size2D, stride: Int = 1, padding: Padding2D,
        to builder: inout GraphBuilder
    ) -> String {
        var value = builder.convolution("\(name).conv", value, from: from, to: to, kernel: kernel, stride: stride, padding: padding)
        value = builder.batchNorm("\(name).bn", value, channels: to, epsilon: epsilon)
        return builder.append("\(name).relu", .relu, [value])
    }

    private static func unit(
        _ name: String, _ value: String, _ from: Int, _ to: Int, _ kernel: Int, stride: Int = 1, padding: Int = 0,
        to builder: inout GraphBuilder
    ) -> String {
        unit(name, value, from, to, Size2D(kernel), stride: stride, padding: Padding2D(padding), to: &builder)
    }

    private static func pool(_ name: String, _ value: String, to builder: inout GraphBuilder) -> String {
        builder.append(name, .maxPool(Pooling(kernel: Size2D(3), stride: Size2D(2))), [value])
    }

    /// 1×1 convolution with bias over the concatenated branches, scaled and added to the block's input.
    private static func join(
        _ name: String, _ branches: [String], _ input: String, from: Int, to: Int, scale: Double, hasReLU: Bool,
        to builder: inout GraphBuilder
    ) -> String {
        var value = builder.append("\(name).cat", .concatenate(axis: 1), branches)
        value = builder.convolution("\(name).conv2d", value, from: from, to: to, kernel: Size2D(1), hasBias: true)
        value = builder.append("\(name).scale", .multiply(ChannelNumbers(scale)), [value])
        value = builder.append("\(name).add", .add, [value, input])
        return hasReLU ? builder.append("\(name).relu", .relu, [value]) : value
    }

    private static func block35(_ name: String, _ input: String, to builder: inout GraphBuilder) -> String {
        let first = unit("\(name).branch0", input, 256, 32, 1, to: &builder)
        var second = unit("\(name).branch1.0", input, 256, 32, 1, to: &builder)
        second = unit("\(name).branch1.1", second, 32, 32, 3, padding: 1, to: &builder)
        var third = unit("\(name).branch2.0", input, 256, 32, 1, to: &builder)
        third = unit("\(name).branch2.1", third, 32, 32, 3, padding: 1, to: &builder)
        third = unit("\(name).branch2.2", third, 32, 32, 3, padding: 1, to: &builder)
        return join(name, [first, second, third], input, from: 96, to: 256, scale: 0.17, hasReLU: true, to: &builder)
    }

    private static func block17(_ name: String, _ input: String, to builder: inout GraphBuilder) -> String {
        let first = unit("\(name).branch0", input, 896, 128, 1, to: &builder)
        var second = unit("\(name).branch1.0", input, 896, 128, 1, to: &builder)
        second = unit(
            "\(name).branch1.1", second, 128, 128, Size2D(1, 7), padding: Padding2D(vertical: 0, horizontal: 3), to: &builder)
        second = unit(
            "\(name).branch1.2", second, 128, 128, Size2D(7, 1), padding: Padding2D(vertical: 3, horizontal: 0), to: &builder)
        return join(name, [first, second], input, from: 256, to: 896, scale: 0.1, hasReLU: true, to: &builder)
    }

    private static func block8(
        _ name: String, _ input: String, scale: Double, hasReLU: Bool, to builder: inout GraphBuilder
    ) -> String {
        let first = unit("\(name).branch0", input, 1792, 192, 1, to: &builder)
        var second = unit("\(name).branch1.0", input, 1792, 192, 1, to: &builder)
        second = unit(
            "\(name).branch1.1", second, 192, 192, Size2D(1, 3), padding: Padding2D(vertical: 0, horizontal: 1), to: &builder)
        second = unit(
            "\(name).branch1.2", second, 192, 192, Size2D(3, 1), padding: Padding2D(vertical: 1, horizontal: 0), to: &builder)
        return join(name, [first, second], input, from: 384, to: 1792, scale: scale, hasReLU: hasReLU, to: &builder)
    }

    private static func mixed6a(_ name: String, _ input: String, to builder: inout GraphBuilder) -> String {
        let first = unit("\(name).branch0", input, 256, 384, 3, stride: 2, to: &builder)
        var second = unit("\(name).branch1.0", input, 256, 192, 1, to: &builder)
        second = unit("\(name).branch1.1", second, 192, 192, 3, padding: 1, to: &builder)
        second = unit("\(name).branch1.2", second, 192, 256, 3, stride: 2, to: &builder)
        let third = pool("\(name).branch2", input, to: &builder)
        return builder.append("\(name).cat", .concatenate(axis: 1), [first, second, third])
    }

    private static func mixed7a(_ name: String, _ input: String, to builder: inout GraphBuilder) -> String {
        var first = unit("\(name).branch0.0", input, 896, 256, 1, to: &builder)
        first = unit("\(name).branch0.1", first, 256, 384, 3, stride: 2, to: &builder)
        var second = unit("\(name).branch1.0", input, 896, 256, 1, to: &builder)
        second = unit("\(name).branch1.1", second, 256, 256, 3, stride: 2, to: &builder)
        var third = unit("\(name).branch2.0", input, 896, 256, 1, to: &builder)
        third = unit("\(name).branch2.1", third, 256, 256, 3, padding: 1, to: &builder)
        third = unit("\(name).branch2.2", third, 256, 256, 3, stride: 2, to: &builder)
        let fourth = pool("\(name).branch3", input, to: &builder)
        return builder.append("\(name).cat", .concatenate(axis: 1), [first, second, third, fourth])
    }
}
