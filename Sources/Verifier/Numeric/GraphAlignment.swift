import ConvertIR
import ConvertTensors

/// Which nodes of two graphs do the same. Names do not matter: both graphs are walked from their inputs, and a node is matched with the one
/// that computes the same kind of result from matched values.
package struct GraphAlignment: Sendable {
    /// Two nodes that do the same.
    package struct Pair: Sendable, Equatable {
        /// The export's node.
        package let export: Node
        /// The source's node.
        package let source: Node
        /// How their attributes differ, as a clause; nil if they do not.
        package let attributes: String?
    }

    /// Matched nodes, in the source's order.
    package let pairs: [Pair]
    /// The export's name of each matched value, keyed by the source's.
    package let values: [String: String]
    /// For each output of the source, its index in the export's outputs; nil if it has no counterpart.
    package let outputs: [Int?]
    /// Why some of the source's nodes have no counterpart; nil if the graphs are the same.
    package let failure: String?

    /// Whether the graphs are the same except for names and attributes.
    package var isComplete: Bool { failure == nil }

    /// Walks both graphs.
    init(export: AlignableGraph, source: AlignableGraph) {
        var walk = GraphWalk(export: export, source: source)
        var failure: String?
        var pairs: [Pair] = []
        var lost: Set<String> = []
        for node in source.nodes {
            guard let other = walk.counterpart(of: node) else {
                // Nodes after one without a counterpart have none either; only the first is reported.
                if failure == nil, !node.inputs.contains(where: lost.contains) {
                    failure = walk.explanation(of: node)
                }
                lost.insert(node.output)
                continue
            }
            walk.match(node, other)
            pairs.append(Pair(export: other, source: node, attributes: other.operation.difference(from: node.operation)))
        }
        var outputs: [Int?] = []
        for exit in source.exits {
            let place = walk.values[exit].flatMap { value in export.exits.firstIndex(of: value) }
            if place == nil, failure == nil { failure = "the value of \(exit) is an output of the source but not of the export" }
            outputs.append(place)
        }
        self.pairs = pairs
        values = walk.values
        self.outputs = outputs
        self.failure = failure
    }
}

/// The state of a walk over two graphs.
private struct GraphWalk {
    let export: AlignableGraph
    let source: AlignableGraph
    private(set) var values: [String: String]
    private var taken: Set<String> = []
    /// Nodes of the export, keyed by the first value that they read.
    private var readers: [String: [Node]] = [:]
    /// Nodes of the export that read no value.
    private let stored: [Node]

    init(export: AlignableGraph, source: AlignableGraph) {
        self.export = export
        self.source = source
        values = [source.entry: export.entry]
        stored = export.nodes.filter(\.inputs.isEmpty)
        for node in export.nodes { for name in Set(node.inputs) { readers[name, default: []].append(node) } }
    }

    /// The node of the export that computes from matched values what this node of the source computes.
    func counterpart(of node: Node) -> Node? {
        let inputs = node.inputs.compactMap { values[$0] }
        guard inputs.count == node.inputs.count else { return nil }
        let kind = node.operation.kind(in: source.model, node)
        // Stored values read nothing; numbers alone tell them apart.
        let nearby = inputs.first.map { readers[$0] ?? [] } ?? stored
        let candidates = nearby.filter { other in
            guard !taken.contains(other.output), other.operation.kind(in: export.model, other) == kind else { return false }
            return node.operation.isSymmetric ? other.inputs.sorted() == inputs.sorted() : other.inputs == inputs
        }
        guard candidates.count > 1 else { return candidates.first }
        // Among parallel branches, prefer equal attributes and shapes, then the closest numbers.
        let ranked = candidates.map { other in (other, unlikeness(other, node)) }
        return ranked.min { $0.1 < $1.1 }?.0
    }

    mutating func match(_ node: Node, _ other: Node) {
        values[node.output] = other.output
        taken.insert(other.output)
    }

    func explanation(of node: Node) -> String {
        let inputs = node.inputs.compactMap { values[$0] }
        let others = (inputs.first.flatMap { readers[$0] } ?? []).filter { !taken.contains($0.output) }
        let found = others.isEmpty ? "nothing" : others.map(\.operation.name).sorted().joined(separator: ", ")
        return "the source's \(node.name) (\(node.operation.name)) has no counterpart; in its place the export has \(found)"
    }

    private func unlikeness(_ other: Node, _ node: Node) -> Double {
        var distance = other.operation.difference(from: node.operation) == nil ? 0 : 1e6
        for (one, two) in zip(other.operation.weights, node.operation.weights) {
            guard let left = export.model.weights[one.key], let right = source.model.weights[two.key], left.shape == right.shape else {
                distance += 1e9
                continue
            }
            // The first window is enough to tell branches apart.
            let count = min(4096, left.elementCount)
            guard let a = try? left.leadingDoubles(count), let b = try? right.leadingDoubles(count) else { continue }
            distance += zip(a, b).reduce(0) { $0 + min(abs($1.0 - $1.1), 1) } / Double(max(count, 1))
        }
        return distance
    }
}

extension Tensor {
    /// The first numbers in C order.
    fileprivate func leadingDoubles(_ count: Int) throws -> [Double] {
        struct Enough: Error {}
        var values: [Double] = []
        do {
            try forEachDoubleWindow { window in
                values.append(contentsOf: window.prefix(count - values.count))
                if values.count >= count { throw Enough() }
            }
        } catch is Enough {}
        return values
    }
}

extension Operation {
    /// What a node computes, regardless of how it is expressed.
    fileprivate func kind(in model: Model, _ node: Node) -> String {
        switch self {
        case .divide: return "multiply"
        case .averagePool(let pooling):
            // A mean over the whole map.
            guard let shape = node.inputs.first.flatMap({ model.valueTypes[$0] })?.shape, shape.count == 4, pooling.padding.isZero,
                shape[2].fixed == pooling.kernel.height, shape[3].fixed == pooling.kernel.width
            else { return name }
            return Operation.globalAveragePool.name
        default: return name
        }
    }

    /// Whether the order of its inputs makes no difference.
    fileprivate var isSymmetric: Bool {
        switch self {
        case .add, .product, .maximum: true
        default: false
        }
    }

    /// How an operation of the same kind differs in its attributes, apart from the names of its weights, as a clause; nil if it does not.
    func difference(from expected: Operation) -> String? {
        let (found, wanted) = (facts, expected.facts)
        guard found.count == wanted.count else {
            // Two spellings of a mean over the whole map, or a bias that only one side has.
            if case .globalAveragePool = self { return nil }
            if case .globalAveragePool = expected { return nil }
            let names = Set(found.map(\.name)).symmetricDifference(wanted.map(\.name)).sorted()
            return "\(names.joined(separator: ", ")) on one side only"
        }
        let changed = zip(found, wanted).filter { $0.0.value != $0.1.value }
        guard !changed.isEmpty else { return nil }
        return changed.map { "\($0.0.name) \($0.0.value) instead of \($0.1.value)" }.joined(separator: ", ")
    }

    /// All attributes as names and texts.
    private var facts: [(name: String, value: String)] {
        func text(_ size: Size2D) -> String { "\(size.height)×\(size.width)" }
        func text(_ padding: Padding2D) -> String { "\(padding.top),\(padding.left),\(padding.bottom),\(padding.right)" }
        func number(_ value: Double) -> String { Float(value).description }
        func numbers(_ constant: ChannelNumbers) -> String { constant.values.map(number).joined(separator: ",") }
        switch self {
        case .convolution(let layer):
            return [
                ("stride", text(layer.stride)), ("padding", text(layer.padding)), ("dilation", text(layer.dilation)),
                ("groups", "\(layer.groups)"),
            ]
        case .batchNormalization(let layer): return [("epsilon", number(layer.epsilon))]
        case .maxPool(let pooling), .averagePool(let pooling):
            return [
                ("kernel", text(pooling.kernel)), ("stride", text(pooling.stride)), ("padding", text(pooling.padding)),
                ("ceil", pooling.ceilMode ? "on" : "off"), ("counted padding", pooling.countsPadding ? "on" : "off"),
            ]
        case .multiply(let factor): return [("factor", numbers(factor))]
        case .divide(let factor): return [("factor", numbers(factor.map { 1 / $0 }))]
        case .subtract(let term): return [("term", numbers(term))]
        case .selectChannels(let channels): return [("channels", "\(channels)")]
        case .concatenate(let axis), .softmax(let axis): return [("axis", "\(axis)")]
        case .permute(let axes): return [("axes", "\(axes)")]
        // ‖x‖ and max(‖x‖, 1e-12) are the same number for every nonzero vector.
        case .l2Normalize(let axis, let epsilon): return [("axis", "\(axis)"), ("epsilon", epsilon < 1e-6 ? "0" : number(epsilon))]
        case .clip(let minimum, let maximum): return [("minimum", number(minimum)), ("maximum", number(maximum))]
        case .leakyReLU(let slope): return [("slope", number(slope))]
        case .hardSigmoid(let layer): return [("alpha", number(layer.alpha)), ("beta", number(layer.beta))]
        // Every other operation's attributes as the graph lists them, so that a new one's are never passed over.
        case .prelu, .relu, .sigmoid, .tanh, .hardSwish, .gelu, .globalAveragePool, .add, .product, .maximum, .linear, .flatten,
            .convertToFloat, .layerNormalization, .matrixProduct, .reshape, .slice, .pad, .reduceMean, .reduceL2, .parameter,
            .adaptiveAveragePool, .globalMaxPool:
            return attributes.map { ($0.name, $0.value.text) }
        }
    }
}
