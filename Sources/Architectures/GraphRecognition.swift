import IR

/// Tells from a graph alone, without the names of its weights, which family it is: other programs' exporters rename what they fold.
///
/// Batch normalizations are passed over, since exporters fold them into the layers before.
public struct GraphRecognition {
    private let producers: [String: Node]
    private let graph: Graph
    private let weights: Weights

    /// What the graph of a known family usually takes; nil for a graph of no known family.
    public static func profile(of graph: Graph, weights: Weights) -> ContractProfile? {
        let recognition = GraphRecognition(graph, weights)
        guard let output = graph.outputs.first else { return nil }
        if recognition.endsInIRResNet(output) { return recognition.isReferenceByName ? .reference : .insightface }
        if recognition.endsInMobileFaceNet(output) { return .insightface }
        if recognition.isInceptionResnet { return .facenet }
        return nil
    }

    private init(_ graph: Graph, _ weights: Weights) {
        self.graph = graph
        self.weights = weights
        producers = Dictionary(graph.nodes.map { ($0.output, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// The node that gives a value, past batch normalizations.
    private func node(_ value: String) -> Node? {
        var value = value
        // A graph is ordered, so this ends; the bound is for graphs put together by hand.
        for _ in 0..<graph.nodes.count {
            guard let node = producers[value] else { return nil }
            guard case .batchNormalization = node.operation, let input = node.inputs.first else { return node }
            value = input
        }
        return nil
    }

    private func before(_ node: Node?) -> Node? { node.flatMap { $0.inputs.first }.flatMap(self.node) }

    /// A convolution's window, stride and groups; nil for other nodes.
    private func convolution(_ node: Node?) -> (layer: Convolution, window: Size2D)? {
        guard let node, case .convolution(let layer) = node.operation, let shape = weights[layer.weight]?.shape, shape.count == 4 else {
            return nil
        }
        return (layer, Size2D(shape[2], shape[3]))
    }

    private func isPReLU(_ node: Node?) -> Bool { if case .prelu? = node?.operation { true } else { false } }

    /// The value that a normalization at the end is of, or the value itself.
    private func unnormalized(_ value: String) -> String {
        guard let last = producers[value], case .l2Normalize = last.operation, let input = last.inputs.first else { return value }
        return input
    }

    // MARK: IR-ResNet

    /// A linear layer over a flattened map, before it blocks of two 3×3 convolutions with a PReLU between and a shortcut around them, before
    /// those a 3×3 convolution over the image with a PReLU.
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

    /// The value that a residual block begins with; nil for other sums.
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

    /// Names of the reference project's modules, which exporters keep for nodes or for what they do not fold.
    private var isReferenceByName: Bool {
        (graph.nodes.map(\.name) + weights.entries.map(\.name)).contains { name in
            ["input_layer", "output_layer", ".residual.", ".shortcut."].contains { name.contains($0) }
        }
    }

    // MARK: MobileFaceNet

    /// A 1×1 convolution or linear layer over a depthwise convolution of the whole map, and before it pointwise and depthwise convolutions with
    /// PReLU only.
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

    /// Twenty-one scaled residual blocks of ReLU networks that join branches, ending in a linear layer and a normalization.
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
