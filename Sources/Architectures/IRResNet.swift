import ConvertIR
import ConvertJSON

/// IR-ResNet of any depth, width and embedding size, with two layouts of keys: the reference project's (`input_layer`, `body`,
/// `output_layer`) and insightface's iresnet (`conv1`, `layerS.B`, `fc`, `features`). Batch normalization has ε 1e-5; no activation follows
/// the addition.
enum IRResNet: ArchitectureFamily {
    static let knownNames = ["ir_resnet18", "ir_resnet34", "ir_resnet50", "ir_resnet100"]
    static let tellTaleKeys = ["input_layer.0.weight with body.0.0.residual.1.weight, or conv1.weight with layer1.0.prelu.weight"]
    /// Blocks per stage of the named depths.
    private static let namedDepths = [[2, 2, 2, 2]: "18", [3, 4, 6, 3]: "34", [3, 4, 14, 3]: "50", [3, 13, 30, 3]: "100"]

    static func canonicalName(_ name: String) -> String? {
        for start in ["ir_resnet", "iresnet", "ir_", "ir", "r"] where name.hasPrefix(start) {
            let rest = String(name.dropFirst(start.count))
            if namedDepths.values.contains(rest) { return "ir_resnet" + rest }
            if start == "ir_resnet", rest.first == "_", rest.dropFirst().allSatisfy({ $0.isNumber || $0 == "_" }) { return name }
        }
        return nil
    }

    /// Module names of each layer in one layout.
    private struct Layout {
        let stem: (convolution: String, norm: String, prelu: String)
        let block: @Sendable (_ stage: Int, _ block: Int) -> String
        let residual: [String]
        let shortcut: (convolution: String, norm: String)
        let output: (norm: String, linear: String, lastNorm: String)

        static let reference = Layout(
            stem: ("input_layer.0", "input_layer.1", "input_layer.2"), block: { "body.\($0).\($1)" },
            residual: ["residual.0", "residual.1", "residual.2", "residual.3", "residual.4", "residual.5"],
            shortcut: ("shortcut.0", "shortcut.1"), output: ("output_layer.0", "output_layer.3", "output_layer.4"))
        static let insightface = Layout(
            stem: ("conv1", "bn1", "prelu"), block: { "layer\($0 + 1).\($1)" },
            residual: ["bn1", "conv1", "bn2", "prelu", "conv2", "bn3"], shortcut: ("downsample.0", "downsample.1"),
            output: ("bn2", "fc", "features"))
    }

    private static func layout(_ weights: Weights) -> (Layout, prefix: String)? {
        func has(_ prefix: String, _ keys: String...) -> Bool { keys.allSatisfy { weights[prefix + $0] != nil } }
        if let prefix = StateDictReader.prefix(before: "input_layer.0.weight", in: weights), has(prefix, "body.0.0.residual.1.weight") {
            return (.reference, prefix)
        }
        // The stem's conv1.weight is the shortest match; those of blocks have longer prefixes.
        if let prefix = StateDictReader.prefix(before: "conv1.weight", in: weights), has(prefix, "layer1.0.prelu.weight", "fc.weight") {
            return (.insightface, prefix)
        }
        return nil
    }

    /// Blocks in each stage, counted by their first convolution.
    private static func depths(_ layout: Layout, _ reader: StateDictReader) -> [Int] {
        var depths: [Int] = []
        while depths.count < 16 {
            let stage = depths.count
            var blocks = 0
            while reader.shape("\(layout.block(stage, blocks)).\(layout.residual[1]).weight") != nil { blocks += 1 }
            if blocks == 0 { break }
            depths.append(blocks)
        }
        return depths
    }

    static func recognize(_ weights: Weights) -> RecognizedNetwork? {
        guard let (layout, prefix) = layout(weights) else { return nil }
        let depths = depths(layout, StateDictReader(weights, prefix: prefix))
        let name = namedDepths[depths].map { "ir_resnet" + $0 } ?? "ir_resnet_" + depths.map(String.init).joined(separator: "_")
        return RecognizedNetwork(name: name, prefix: prefix)
    }

    static func build(_ network: RecognizedNetwork, from weights: Weights, imageSize: GivenFacts.ImageSize?) throws -> BuiltNetwork {
        guard let (layout, prefix) = layout(weights) else { throw ConvertIR.GraphError.noOutput }
        let reader = StateDictReader(weights, prefix: prefix)
        let depths = depths(layout, reader)
        let width = reader.shape("\(layout.stem.convolution).weight")?.first ?? 0
        let channels = depths.indices.map { reader.shape("\(layout.block($0, 0)).\(layout.residual[1]).weight")?.first ?? 0 }
        let linear = reader.shape("\(layout.output.linear).weight") ?? []
        let (embedding, features) = linear.count == 2 ? (linear[0], linear[1]) : (0, 0)
        let (size, isSizeStated) =
            if let imageSize { (imageSize, false) } else {
                try self.imageSize(weights, features: features, channels: channels.last ?? width, stages: depths.count)
            }
        let isReference = layout.stem.convolution == Layout.reference.stem.convolution || Architectures.declaredName(weights) != nil
        let profile = isReference ? .reference : profile(weights, prefix: prefix)
        let epsilon = profile.epsilon

        var builder = GraphBuilder(
            reader, input: .init(name: "input", type: ValueType([.batch, .fixed(3), .fixed(size.height), .fixed(size.width)])))
        var value = builder.convolution(
            layout.stem.convolution, builder.start, from: 3, to: width, kernel: Size2D(3), padding: Padding2D(1))
        value = builder.batchNorm(layout.stem.norm, value, channels: width, epsilon: epsilon)
        value = builder.prelu(layout.stem.prelu, value, channels: width)
        var from = width
        for (stage, blocks) in depths.enumerated() {
            for block in 0..<blocks {
                value = append(
                    layout, layout.block(stage, block), value, from: from, to: channels[stage], stride: block == 0 ? 2 : 1,
                    epsilon: epsilon, to: &builder)
                from = channels[stage]
            }
        }
        value = builder.batchNorm(layout.output.norm, value, channels: from, epsilon: epsilon)
        value = builder.append("flatten", .flatten, [value])
        value = builder.linear(layout.output.linear, value, from: features, to: embedding, hasBias: true)
        value = builder.batchNorm(layout.output.lastNorm, value, channels: embedding, epsilon: epsilon)
        if profile.isNormalized {
            value = builder.append("normalize", .l2Normalize(axis: 1, epsilon: Model.normalizationEpsilon), [value])
        }
        let graph = builder.graph(outputs: [value: "embedding"])
        let extra = try builder.reader.check(name: network.name)
        let contract = profile.contract(size: size, isSizeStated: isSizeStated, embeddingLength: embedding)
        let hyperparameters: Metadata = JSONObject([
            "depths": .array(depths.map { .integer(Int64($0)) }), "width": .integer(Int64(width)),
            "embedding_size": .integer(Int64(embedding)), "image_size": size.json,
        ])
        return BuiltNetwork(
            graph: graph, contract: contract, hyperparameters: hyperparameters, extraKeys: extra,
            remarks: profile.name == ContractProfile.insightface.name && weights.epsilons.isEmpty
                && NormalizationCounters.areAllZero(in: weights)
                ? [NormalizationCounters.remark] : [])
    }

    /// One block: BN, conv, BN, PReLU, strided conv, BN, plus the shortcut, which is a 1×1 convolution if the shape changes.
    private static func append(
        _ layout: Layout, _ block: String, _ input: String, from: Int, to: Int, stride: Int, epsilon: Double,
        to builder: inout GraphBuilder
    ) -> String {
        let names = layout.residual.map { "\(block).\($0)" }
        var value = builder.batchNorm(names[0], input, channels: from, epsilon: epsilon)
        value = builder.convolution(names[1], value, from: from, to: to, kernel: Size2D(3), padding: Padding2D(1))
        value = builder.batchNorm(names[2], value, channels: to, epsilon: epsilon)
        value = builder.prelu(names[3], value, channels: to)
        value = builder.convolution(names[4], value, from: to, to: to, kernel: Size2D(3), stride: stride, padding: Padding2D(1))
        value = builder.batchNorm(names[5], value, channels: to, epsilon: epsilon)
        var shortcut = input
        if stride != 1 || from != to {
            shortcut = builder.convolution(
                "\(block).\(layout.shortcut.convolution)", shortcut, from: from, to: to, kernel: Size2D(1), stride: stride)
            shortcut = builder.batchNorm("\(block).\(layout.shortcut.norm)", shortcut, channels: to, epsilon: epsilon)
        }
        return builder.append(block, .add, [value, shortcut])
    }

    /// Tells apart projects whose networks have insightface's keys: MagFace by its wrappers, its head and its name for the network,
    /// bubbliiiing by the name of its backbone. Dictionaries from the reference project were trained with a divisor of 128 in either
    /// layout.
    private static func profile(_ weights: Weights, prefix: String) -> ContractProfile {
        let isMagFace =
            prefix.hasSuffix("features.module.") || prefix.hasSuffix("module.features.")
            || weights.metadata["arch"]?.string?.hasPrefix("iresnet") == true
            || weights.entries.contains { $0.name.hasSuffix("parallel_fc.weight") }
        if isMagFace { return .magface }
        return prefix.hasSuffix("arcface.") ? .bubbliiiing : .insightface
    }

    /// Height and width of the input: the checkpoint's, if it leads to the linear layer's features; otherwise the feature map's sides,
    /// doubled once per stage. Unequal sides are taken as a portrait, because area alone cannot distinguish 112×96 from 96×112.
    private static func imageSize(
        _ weights: Weights, features: Int, channels: Int, stages: Int
    ) throws(ArchitectureError) -> (GivenFacts.ImageSize, isStated: Bool) {
        guard let named = weights.metadata["image_size"]?.integer else {
            let (height, width) = sides(area: channels > 0 ? features / channels : 0)
            return (GivenFacts.ImageSize(height: max(height << stages, 1), width: max(width << stages, 1)), false)
        }
        var reached = named
        for _ in 0..<stages { reached = (max(min(reached, 1 << 20), 0) + 1) / 2 }
        let (product, overflow) = (reached * reached).multipliedReportingOverflow(by: channels)
        guard named > 0, !overflow, product == features else {
            throw .imageSizeDisagrees(source: weights.provenance.source, named: named, features: features)
        }
        return (GivenFacts.ImageSize(square: named), true)
    }

    /// The two sides of a map that are closest to each other, the longer one first.
    private static func sides(area: Int) -> (Int, Int) {
        // Shapes of tensors without elements may be as large as a file claims.
        guard area > 0, area <= 1 << 24 else { return (1, 1) }
        var shorter = Int(Double(area).squareRoot())
        while shorter > 1, !area.isMultiple(of: shorter) { shorter -= 1 }
        return (area / max(shorter, 1), max(shorter, 1))
    }
}
