import ConvertIR

/// A graph as words: what its nodes do from the image to the first output, without what exporters change.
///
/// A node is a word, such as `conv3` or `prelu`. Values that part and meet again are one element, such as `add[conv3 prelu conv3|conv1]`: the
/// branches between the value that all of them come from and the node where they meet, the longest first; a branch without nodes is empty.
/// Batch normalizations are skipped, because exporters fold them into the layers before them; so are strides, names, and the arithmetic
/// that makes an image of pixels.
struct GraphTrunk {
    /// The elements, in the order of computation.
    let elements: [String]

    /// nil if the graph has no first output, or is larger or more entangled than any network.
    init?(_ graph: Graph, weights: Weights) {
        guard let output = graph.outputs.first, graph.nodes.count <= GraphTrunk.mostNodes else { return nil }
        guard var reader = Reader(graph, weights), let elements = reader.elements(from: output, to: nil, depth: 0) else { return nil }
        self.elements = Array(elements.reversed().drop { GraphTrunk.pixelWords.contains($0) })
    }

    private static let mostNodes = 20_000
    private static let mostWords = 20_000
    private static let deepest = 16
    private static let mostSteps = 1_000_000
    private static let pixelWords: Set<String> = ["multiply", "divide", "subtract", "channels", "permute"]

    /// Walks from an output to the image.
    private struct Reader {
        private let nodes: [String: Node]
        private let weights: Weights
        /// The last value that every path from the image to a value passes, and how many of them come before it; not for stored values.
        private var gates: [String: (value: String, depth: Int)] = [:]
        private var words = 0
        private var steps = 0

        init?(_ graph: Graph, _ weights: Weights) {
            self.weights = weights
            nodes = Dictionary(graph.nodes.map { ($0.output, $0) }, uniquingKeysWith: { first, _ in first })
            for input in graph.inputs { gates[input.name] = ("", 0) }
            for node in graph.nodes where gates[node.output] == nil {
                let sources = node.inputs.filter { gates[$0] != nil }
                guard var meeting = sources.first else { continue }
                for source in sources.dropFirst() { meeting = common(meeting, source) }
                guard steps <= GraphTrunk.mostSteps else { return nil }
                gates[node.output] = (meeting, (gates[meeting]?.depth ?? 0) + 1)
            }
        }

        /// The last value that all paths to both pass.
        private mutating func common(_ one: String, _ other: String) -> String {
            var (one, other) = (one, other)
            while one != other, let first = gates[one], let second = gates[other] {
                steps += 1
                guard steps <= GraphTrunk.mostSteps else { break }
                if first.depth >= second.depth { one = first.value }
                if second.depth >= first.depth { other = second.value }
            }
            return one
        }

        /// Elements between two values, the last one first.
        mutating func elements(from value: String, to start: String?, depth: Int) -> [String]? {
            guard depth <= GraphTrunk.deepest else { return nil }
            var elements: [String] = []
            var value = value
            while value != start, let node = nodes[value] {
                words += 1
                guard words <= GraphTrunk.mostWords else { return nil }
                let sources = node.inputs.filter { gates[$0] != nil }
                if sources.isEmpty { return elements + [word(node) ?? "parameter"] }
                if node.inputs.count == 1 {
                    if let word = word(node) { elements.append(word) }
                    value = sources[0]
                    continue
                }
                guard let meeting = gates[node.output]?.value else { return nil }
                var branches: [String] = []
                for input in node.inputs {
                    guard gates[input] != nil else {
                        branches.append("parameter")
                        continue
                    }
                    guard let branch = self.elements(from: input, to: meeting, depth: depth + 1) else { return nil }
                    branches.append(branch.reversed().joined(separator: " "))
                }
                elements.append(joined(node, branches))
                value = meeting
            }
            return elements
        }

        /// Branches that meet in a node. One that weighs the value itself by its own means is a gate.
        private func joined(_ node: Node, _ branches: [String]) -> String {
            let ordered = branches.sorted { ($1.count, $0) < ($0.count, $1) }
            if case .product = node.operation, ordered.count == 2, ordered[1].isEmpty, ordered[0].hasPrefix("mean "),
                ordered[0].contains("sigmoid")
            {
                return "gate"
            }
            return "\(word(node) ?? "join")[\(ordered.joined(separator: "|"))]"
        }

        /// What a node does; nil for what exporters may leave out.
        private func word(_ node: Node) -> String? {
            switch node.operation {
            case .batchNormalization, .convertToFloat: nil
            case .convolution(let layer): convolution(layer)
            case .clip(minimum: 0, maximum: 6): "relu6"
            case .maxPool(let pooling): pooling.kernel == Size2D(1) ? "subsample" : "maxpool\(window(pooling.kernel))"
            case .averagePool(let pooling): "avgpool\(window(pooling.kernel))"
            case .globalAveragePool: "mean"
            case .reduceMean: "mean"
            case .layerNormalization: "layernorm"
            case .l2Normalize: "unit"
            case .selectChannels: "channels"
            case .matrixProduct: "matmul"
            default: node.operation.name
            }
        }

        private func convolution(_ layer: Convolution) -> String {
            guard let shape = weights[layer.weight]?.shape, shape.count == 4 else { return "conv" }
            let kind = layer.groups == 1 ? "conv" : shape[0] == layer.groups && shape[1] == 1 ? "depthwise" : "grouped"
            return kind + window(Size2D(shape[2], shape[3]))
        }

        private func window(_ size: Size2D) -> String { size.height == size.width ? "\(size.height)" : "\(size.height)x\(size.width)" }
    }
}
