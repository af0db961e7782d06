import ConvertIR

/// Recognizes a family from the graph alone, without the weights' names: other programs' exporters rename what they fold.
///
/// Batch normalizations are skipped, because exporters fold them into the preceding layers.
package struct GraphRecognition {
    private let producers: [String: Node]
    private let graph: Graph
    private let weights: Weights

    /// Typical inputs of the graph's family; nil if the family is unknown.
    package static func profile(of graph: Graph, weights: Weights) -> ContractProfile? {
        let recognition = GraphRecognition(graph, weights)
        guard let output = graph.outputs.first else { return nil }
        if recognition.endsInIRResNet(output) { return ContractProfile.named(recognition.isReferenceByName ? "reference" : "insightface") }
        if recognition.endsInMobileFaceNet(output) { return ContractProfile.named("insightface") }
        if recognition.isInceptionResnet { return ContractProfile.named("facenet") }
        return nil
    }

    private init(_ graph: Graph, _ weights: Weights) {
        self.graph = graph
        self.weights = weights
        producers = Dictionary(graph.nodes.map { ($0.output, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// The node that produces a value, skipping batch normalizations.
    private func node(_ value: String) -> Node? {
        var value = value
        // A graph is ordered, so this terminates; the bound is for graphs assembled by hand.
        for _ in 0..<graph.nodes.count {
            guard let node = producers[value] else { return nil }
            guard case .batchNormalization = node.operation, let input = node.inputs.first else { return node }
            value = input
        }
        return nil
    }

    private func before(_ node: Node?) -> Node? { node.flatMap { $0.inputs.first }.flatMap(self.node) }

    /// A convolution with its window; nil for other nodes.
    private func convolution(_ node: Node?) -> (layer: Convolution, window: Size2D)? {
        guard let node, case .convolution(let layer) = node.operation, let shape = weights[layer.weight]?.shape, shape.count == 4 else {
            return nil
        }
        return (layer, Size2D(shape[2], shape[3]))
    }

    private func isPReLU(_ node: Node?) -> Bool { if case .prelu? = node?.operation { true } else { false } }

    /// The value before a final normalization; without one, the value itself.
    private func unnormalized(_ value: String) -> String {
        guard let last = producers[value], case .l2Normalize = last.operation, let input = last.inputs.first else { return value }
        return input
    }

    // MARK: IR-ResNet

    /// Whether the graph ends in a linear layer over a flattened map, preceded by blocks of two 3×3 convolutions with a PReLU between them
    /// and a shortcut around them, preceded by a 3×3 convolution with a PReLU over the image.
    private func endsInIRResNet(_ output: String) -> Bool {
        guard let linear = node(unnormalized(output)), case .linear = linear.operation, let flat = before(linear),
            case .flatten = flat.operation
        else { return false }
        var value = flat.inputs.first ?? ""
        var blocks = 0
        while blocks <= graph.nodes.count, let sum = node(value), case .add = sum.operation {
            guard let start = irBlockInput(sum) else { return false }
            value = start
            blocks += 1
        }
        guard blocks >= 4, let stem = node(value), isPReLU(stem), let first = convolution(before(stem)) else { return false }
        return first.window == Size2D(3) && first.layer.stride == Size2D(1)
    }

    /// The input of a residual block, given its final sum; nil for other sums.
    private func irBlockInput(_ sum: Node) -> String? {
        guard sum.inputs.count == 2 else { return nil }
        for (branch, shortcut) in [(0, 1), (1, 0)] {
            guard let second = node(sum.inputs[branch]), let strided = convolution(second), strided.window == Size2D(3),
                let activation = before(second), isPReLU(activation), let first = before(activation), let plain = convolution(first),
                plain.window == Size2D(3), plain.layer.stride == Size2D(1), var start = first.inputs.first
            else { continue }
            if case .batchNormalization? = producers[start]?.operation { start = producers[start]?.inputs.first ?? start }
            let other = sum.inputs[shortcut]
            if other == start { return start }
            guard let projection = node(other), projection.inputs.first == start else { continue }
            if let one = convolution(projection), one.window == Size2D(1), one.layer.stride == strided.layer.stride { return start }
            if case .maxPool(let pooling) = projection.operation, pooling.kernel == Size2D(1) { return start }
        }
        return nil
    }

    /// Whether nodes have names of the reference project's modules, which exporters keep for nodes or for layers that they do not fold.
    private var isReferenceByName: Bool {
        (graph.nodes.map(\.name) + weights.entries.map(\.name)).contains { name in
            ["input_layer", "output_layer", ".residual.", ".shortcut."].contains { name.contains($0) }
        }
    }

    // MARK: MobileFaceNet

    /// Whether the graph ends in a 1×1 convolution or linear layer over a depthwise convolution of the whole map, preceded only by
    /// pointwise and depthwise convolutions with PReLU.
    private func endsInMobileFaceNet(_ output: String) -> Bool {
        var last = node(unnormalized(output))
        var passed = 0
        while passed < 3, let node = last, !isDepthwise(node) {
            switch node.operation {
            case .flatten, .linear: break
            case .convolution: guard convolution(node)?.window == Size2D(1) else { return false }
            default: return false
            }
            last = before(node)
            passed += 1
        }
        guard let last, isDepthwise(last), let window = convolution(last)?.window, window.height >= 4 else { return false }
        var depthwise = 0
        for node in graph.nodes {
            switch node.operation {
            case .convolution: if isDepthwise(node) { depthwise += 1 }
            case .prelu, .batchNormalization, .add, .flatten, .linear, .l2Normalize, .subtract, .multiply, .divide, .selectChannels,
                .convertToFloat, .permute:
                continue
            default: return false
            }
        }
        return depthwise >= 10
    }

    private func isDepthwise(_ node: Node) -> Bool {
        guard let (layer, _) = convolution(node) else { return false }
        return layer.groups > 1 && weights[layer.weight]?.shape.first == layer.groups
    }

    // MARK: InceptionResnetV1

    /// Whether the graph has twenty-one scaled residual blocks that concatenate branches with ReLU, and ends in a linear layer and a
    /// normalization.
    private var isInceptionResnet: Bool {
        var (joins, scaled) = (0, 0)
        for node in graph.nodes {
            switch node.operation {
            case .prelu: return false
            case .concatenate: joins += 1
            case .multiply: scaled += 1
            default: continue
            }
        }
        guard let output = graph.outputs.first, let linear = node(unnormalized(output)), case .linear = linear.operation else {
            return false
        }
        return joins >= 21 && scaled >= 20
    }
}
