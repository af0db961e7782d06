import ConvertIR

/// Transformers, and networks whose activation is the larger of two halves.
extension GraphFamily {
    static let transformers: [GraphFamily] = [
        // Patches, positions, blocks of attention and two layers with ReLU6, and all tokens in one row.
        GraphFamily(
            "insightface_vit", project: { $0.trunk.elements.first == "conv8" ? "cvlface" : nil },
            [
                .oneOf(["conv9", "conv8"]), .words("reshape permute add[parameter|]"),
                .blocksHolding([["add", "layernorm", "softmax"], ["add", "layernorm", "relu6"]], atLeast: 8), .words("layernorm"),
                .blocksHolding([["product", "sigmoid"]], atLeast: 0), .words("flatten linear linear"),
            ])
    ]

    private static let larger: Set<String> = ["maximum[slice|slice]", "maximum[channels|channels]"]

    static let halves: [GraphFamily] = [
        GraphFamily(
            "lightcnn", project: { $0.channels == 3 ? "lightcnn_v4" : nil },
            [
                .oneOf(["conv5", "conv3"]),
                .blocks(
                    larger.union(["conv1", "conv3", "maxpool2", "add[avgpool2|maxpool2]"])
                        .union(larger.map { "add[conv3 \($0) conv3 \($0)|]" }), atLeast: 12),
                .words("flatten linear"), .optional("maximum[slice|slice]"),
            ])
    ]
}
