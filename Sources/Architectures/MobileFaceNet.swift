import ConvertIR
import ConvertJSON

/// MobileFaceNet with the keys of bubbliiiing/arcface-pytorch: depthwise residual units, global depthwise convolution, 1×1 projection.
enum MobileFaceNet: ArchitectureFamily {
    static let knownNames = ["mobilefacenet"]
    static let tellTaleKeys = ["conv2_dw.conv.weight", "GDC_dw.weight"]
    // The published network's output is not normalized, although the project's own program normalizes it afterwards.
    private static let profile = ContractProfile.insightface
    private static let epsilon = profile.epsilon

    static func canonicalName(_ name: String) -> String? {
        ["mobilefacenet", "mobile_facenet", "mobile_face_net"].contains(name) ? "mobilefacenet" : nil
    }

    static func recognize(_ weights: Weights) -> RecognizedNetwork? {
        guard let prefix = StateDictReader.prefix(before: "conv2_dw.conv.weight", in: weights), weights[prefix + "GDC_dw.weight"] != nil
        else { return nil }
        return RecognizedNetwork(name: "mobilefacenet", prefix: prefix)
    }

    static func build(_ network: RecognizedNetwork, from weights: Weights, imageSize: GivenFacts.ImageSize?) throws -> BuiltNetwork {
        let reader = StateDictReader(weights, prefix: network.prefix)
        let embedding = reader.shape("features.weight")?.first ?? 128
        let last = reader.shape("GDC_dw.weight")?.first ?? 512
        // The image is halved four times before the global convolution.
        let sides = (reader.shape("GDC_dw.weight") ?? []).suffix(2).map { min(max($0, 1), 1 << 10) }
        let window = sides.count == 2 ? Size2D(sides[0], sides[1]) : Size2D(7)
        let size = imageSize ?? GivenFacts.ImageSize(height: window.height * 16, width: window.width * 16)
        func depth(_ name: String) -> Int {
            var count = 0
            while reader.shape("\(name).model.\(count).conv.conv.weight") != nil { count += 1 }
            return count
        }
        let depths = ["conv_3", "conv_4", "conv_5"].map(depth)

        var builder = GraphBuilder(
            reader, input: .init(name: "input", type: ValueType([.batch, .fixed(3), .fixed(size.height), .fixed(size.width)])))
        var value = unit("conv1", builder.start, from: 3, to: 64, kernel: 3, stride: 2, to: &builder)
        value = unit("conv2_dw", value, from: 64, to: 64, kernel: 3, groups: 64, to: &builder)
        value = residual("conv_23", value, 64, 128, 64, stride: 2, to: &builder)
        for index in 0..<depths[0] { value = residual("conv_3.model.\(index)", value, 64, 128, 64, stride: 1, to: &builder) }
        value = residual("conv_34", value, 64, 256, 128, stride: 2, to: &builder)
        for index in 0..<depths[1] { value = residual("conv_4.model.\(index)", value, 128, 256, 128, stride: 1, to: &builder) }
        value = residual("conv_45", value, 128, 512, 128, stride: 2, to: &builder)
        for index in 0..<depths[2] { value = residual("conv_5.model.\(index)", value, 128, 256, 128, stride: 1, to: &builder) }
        value = builder.convolution("sep", value, from: 128, to: last, kernel: Size2D(1))
        value = builder.batchNorm("sep_bn", value, channels: last, epsilon: epsilon)
        value = builder.prelu("prelu", value, channels: last)
        value = builder.convolution("GDC_dw", value, from: last, to: last, kernel: window, groups: last)
        value = builder.batchNorm("GDC_bn", value, channels: last, epsilon: epsilon)
        value = builder.convolution("features", value, from: last, to: embedding, kernel: Size2D(1))
        value = builder.batchNorm("last_bn", value, channels: embedding, epsilon: epsilon)
        value = builder.append("flatten", .flatten, [value])
        let graph = builder.graph(outputs: [value: "embedding"])
        let extra = try builder.reader.check(name: network.name)
        let contract = profile.contract(size: size, isSizeStated: false, embeddingLength: embedding)
        let hyperparameters: Metadata = JSONObject([
            "depths": .array(depths.map { .integer(Int64($0)) }), "embedding_size": .integer(Int64(embedding)),
            "image_size": size.json,
        ])
        return BuiltNetwork(graph: graph, contract: contract, hyperparameters: hyperparameters, extraKeys: extra)
    }

    /// Convolution without bias, BN, PReLU.
    private static func unit(
        _ name: String, _ value: String, from: Int, to: Int, kernel: Int, stride: Int = 1, groups: Int = 1, to builder: inout GraphBuilder
    ) -> String {
        var value = builder.convolution(
            "\(name).conv", value, from: from, to: to, kernel: Size2D(kernel), stride: stride, padding: Padding2D(kernel / 2),
            groups: groups)
        value = builder.batchNorm("\(name).bn", value, channels: to, epsilon: epsilon)
        return builder.prelu("\(name).prelu", value, channels: to)
    }

    /// 1×1 up, depthwise 3×3, 1×1 down without activation; the input is added if the image keeps its size.
    private static func residual(
        _ name: String, _ input: String, _ from: Int, _ inner: Int, _ to: Int, stride: Int, to builder: inout GraphBuilder
    ) -> String {
        var value = unit("\(name).conv", input, from: from, to: inner, kernel: 1, to: &builder)
        value = unit("\(name).conv_dw", value, from: inner, to: inner, kernel: 3, stride: stride, groups: inner, to: &builder)
        value = builder.convolution("\(name).project.conv", value, from: inner, to: to, kernel: Size2D(1))
        value = builder.batchNorm("\(name).project.bn", value, channels: to, epsilon: epsilon)
        return stride == 1 ? builder.append("\(name).add", .add, [input, value]) : value
    }
}
