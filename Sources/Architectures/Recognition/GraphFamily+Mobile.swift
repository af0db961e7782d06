import ConvertIR

/// Networks of depthwise and 1×1 convolutions.
extension GraphFamily {
    private static let unit = "conv1 prelu depthwise3 prelu conv1"
    private static let units = blocks([unit], shortcuts: [""])
    private static let unitWords: Set<String> = ["conv1", "prelu", "depthwise3", "gate"]
    /// A depthwise convolution over the whole last map.
    private static let window: Part = .oneOf(["7", "7x6", "6x7", "4", "5", "6", "8"].map { "depthwise\($0)" })
    private static let windowTail: [Part] = [
        window, .oneOf(["flatten linear", "conv1 flatten linear", "conv1 flatten", "flatten"]), .optional("unit"),
    ]
    private static let xiaoccer = Size2D(112, 96)

    static let mobile: [GraphFamily] = [
        // Its first depthwise layer has several channels a group; the large one has units in its place.
        GraphFamily(
            "mobilefacenet_insightface",
            [
                .words("conv3 prelu"), .oneOf(["grouped3 prelu", "add[\(unit)|]"]), .blocks(units.union(unitWords), atLeast: 10),
            ] + windowTail),
        GraphFamily(
            "mobilenet_v1_yakhyo",
            [.words("conv3 prelu"), .blocks(["conv1", "prelu", "depthwise3"], atLeast: 48), .words("depthwise7")] + rowAndLinear),
        // The first unit does not widen.
        GraphFamily(
            "mobilenet_v2_yakhyo",
            [
                .words("conv3 prelu depthwise3 prelu conv1 conv1"), .blocks(units.union(unitWords), atLeast: 20), .words("depthwise7"),
            ] + rowAndLinear),
        GraphFamily(
            "mobilenet_v3_yakhyo",
            [.words("conv3 hard_swish"), .blocks(mixedUnits, atLeast: 20), .words("depthwise7")] + rowAndLinear),
        GraphFamily(
            "mobilenet_v1_facenet",
            [.words("conv3 relu6"), .blocks(["conv1", "relu6", "depthwise3"], atLeast: 48), .words("mean flatten linear unit")]),
        GraphFamily(
            "mobilefacenet_blocks", when: { $0.imageSize == xiaoccer },
            [.words("conv3 prelu depthwise3 prelu conv1 prelu"), .blocks(units.union(unitWords), atLeast: 20)] + windowTail),
        GraphFamily(
            "mobilefacenet",
            [.words("conv3 prelu depthwise3 prelu conv1 prelu"), .blocks(units.union(unitWords), atLeast: 20)] + windowTail),
        GraphFamily(
            "mobilefacenet_foamliu",
            [
                .words("conv3 relu6 depthwise3 relu conv1 relu"),
                .blocks(["conv1", "relu6", "depthwise3", "add[conv1 relu6 depthwise3 relu6 conv1|]"], atLeast: 20),
            ] + windowTail),
        // Half of the channels by depthwise convolutions of the other half.
        GraphFamily(
            "ghostnet", project: { $0.trunk.elements.last == "unit" ? "facexzoo_ghostnet" : nil },
            [
                .oneOf(["conv3 prelu", "conv3 relu"]), .blocksHolding([["add", "concatenate", "depthwise3"]], atLeast: 8),
                .oneOf(["conv1 prelu", "conv1 relu"]), .optional("depthwise7"), .optional("depthwise4 conv1"), .words("flatten"),
                .optional("linear"), .optional("unit"),
            ]),
    ]

    /// Units of MobileNetV3: either activation, either window, with or without a gate.
    private static let mixedUnits: Set<String> = {
        var units: Set<String> = ["conv1", "prelu", "hard_swish", "depthwise3", "depthwise5", "gate", "add[depthwise3 prelu conv1|]"]
        for activation in ["prelu", "hard_swish"] {
            for window in [3, 5] {
                units.formUnion(blocks(["conv1 \(activation) depthwise\(window) \(activation) conv1"], shortcuts: [""]))
                units.insert("add[conv1 \(activation) depthwise\(window) \(activation) gate conv1|]")
            }
        }
        return units
    }()
}
