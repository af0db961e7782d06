import ConvertIR

/// Residual networks with an embedding at their end.
extension GraphFamily {
    /// Residual blocks: a branch, its gate if it has one, and a shortcut.
    static func blocks(_ branches: [String], shortcuts: [String]) -> Set<String> {
        var blocks: Set<String> = []
        for branch in branches {
            for gate in ["", " gate"] { for shortcut in shortcuts { blocks.insert("add[\(branch)\(gate)|\(shortcut)]") } }
        }
        return blocks
    }

    /// The map laid out in a row, a linear layer, and perhaps a normalization.
    static let rowAndLinear: [Part] = [.words("flatten linear"), .optional("unit")]

    static let residual: [GraphFamily] = [
        GraphFamily(
            "ir_resnet", project: irProject,
            [
                .words("conv3 prelu"),
                .blocks(
                    blocks(["conv3 prelu conv3", "conv1 prelu conv3 prelu conv1"], shortcuts: ["", "conv1", "subsample"]), atLeast: 4),
            ] + rowAndLinear),
        GraphFamily(
            "resnet_face", project: { $0.channels == 3 ? "foamliu" : nil },
            [
                .words("conv3 prelu maxpool2"),
                .blocks(blocks(["conv3 prelu conv3"], shortcuts: ["", "conv1"]).union(["prelu"]), atLeast: 8),
            ] + rowAndLinear),
        GraphFamily(
            "resnet_embedding",
            [
                .oneOf(["conv7 relu maxpool3", "conv3 relu maxpool3"]),
                .blocks(
                    blocks(["conv3 relu conv3", "conv1 relu conv3 relu conv1"], shortcuts: ["", "conv1"]).union(["relu"]), atLeast: 8),
            ] + rowAndLinear),
        // Pairs of convolutions and their sums, with a convolution between stages.
        GraphFamily(
            "sphereface", when: { $0.imageSize == Size2D(112, 96) },
            [.words("conv3 prelu"), .blocks(spherePairs, atLeast: 8)] + rowAndLinear),
        GraphFamily("sphere_layers", [.words("conv3 prelu"), .blocks(spherePairs, atLeast: 8)] + rowAndLinear),
        // Scaled sums of branches that are joined along the channels; optimizers fold the scale.
        GraphFamily(
            "inception_resnet_v1",
            [
                .words("conv3 relu conv3 relu conv3 relu maxpool3 conv1 relu conv3 relu conv3 relu"),
                .blocksHolding([["add", "concatenate", "conv1"], ["concatenate", "maxpool3"], ["relu"]], atLeast: 40),
                .optional("mean"),
            ] + rowAndLinear),
    ]

    private static let spherePairs: Set<String> = ["add[conv3 prelu conv3 prelu|]", "conv3", "prelu"]

    /// Names show the reference project; a shortcut without a convolution where the image becomes smaller, with the embedding's length as a
    /// second output, shows AdaFace.
    private static func irProject(_ view: GraphView) -> String? {
        if view.names(["input_layer", "output_layer"]), view.names([".residual.", ".shortcut."]) { return "reference" }
        guard view.trunk.elements.contains(where: { $0.contains("subsample") }) else { return nil }
        return view.graph.outputs.count == 2 ? "adaface" : "evolve"
    }
}
