import IR
import Inference

/// The first layer in which two networks part, found on one image with short partial sums.
public struct LayerBlame: Sendable, Equatable {
    /// The layer's name in the source.
    public let layer: String
    /// What it computes.
    public let operation: String
    /// What differs in how it is written; nil where only numbers do.
    public let attributes: String?
    /// Distance of the layer's values over their length; nil where they could not be compared.
    public let relativeRMS: Double?
    /// Largest absolute difference of the layer's values.
    public let maxAbsolute: Double?

    /// Values that differ by less are rounding, unless an output is judged stricter.
    private static let negligible = 1e-7

    /// The first layer that departs; nil where no matched layer does.
    /// - Parameters:
    ///   - pairs: layers that do the same, in the source's order; nil to match those that give values of one name.
    ///   - inputs: one image as it enters each network.
    ///   - tolerance: relative distance from which on a layer counts as departed.
    static func find(
        export: Model, source: Model, pairs: [GraphAlignment.Pair], inputs: (export: Batch, source: Batch), tolerance: Double
    ) throws -> LayerBlame? {
        let expected = try values(source, inputs.source, pairs.map(\.source.output))
        let found = try? values(export, inputs.export, pairs.map(\.export.output))
        for pair in pairs {
            let node = pair.source
            guard let one = found?[pair.export.output], let right = expected[node.output], one.shape == right.shape else {
                // Where one of the two cannot be computed, or has other sizes, only how it is written tells.
                guard let attributes = pair.attributes else { continue }
                return LayerBlame(
                    layer: node.name, operation: node.operation.name, attributes: attributes, relativeRMS: nil, maxAbsolute: nil)
            }
            var (difference, square, largest) = (0.0, 0.0, 0.0)
            for (left, right) in zip(one.values, right.values) {
                let (a, b) = (Double(left), Double(right))
                difference += (a - b) * (a - b)
                square += b * b
                largest = max(largest, abs(a - b))
            }
            let far = square > 0 ? (difference / square).squareRoot() : difference.squareRoot()
            if !(far <= max(tolerance, negligible)) {
                return LayerBlame(
                    layer: node.name, operation: node.operation.name, attributes: pair.attributes, relativeRMS: far, maxAbsolute: largest)
            }
        }
        return nil
    }

    /// Layers that give values of one name, where graphs cannot be matched.
    static func pairsByName(export: Graph, source: Graph) -> [GraphAlignment.Pair] {
        // Values, not nodes, are matched: folded into the layer before it, a batch normalization's value bears its own name still.
        let others = Dictionary(export.nodes.map { ($0.output, $0) }, uniquingKeysWith: { first, _ in first })
        return source.nodes.compactMap { node in
            others[node.output].map { other in
                let isSame = other.operation.name == node.operation.name && other.name == node.name
                return .init(export: other, source: node, attributes: isSame ? other.operation.difference(from: node.operation) : nil)
            }
        }
    }

    /// All these values of a network: with each an output, nothing is fused, and every layer can be looked at.
    private static func values(_ model: Model, _ input: Batch, _ names: [String]) throws -> [String: Batch] {
        guard !names.isEmpty else { return [:] }
        var graph = model.graph
        graph.outputs = names
        let open = try Model(weights: model.weights, graph: graph, contract: model.contract, architecture: model.architecture)
        var options = FastExecutor.Options()
        options.isExact = true
        options.allowsNotFinite = true
        let outputs = try FastExecutor(open, options: options).run(input)
        return Dictionary(outputs.map { ($0.name, $0.batch) }, uniquingKeysWith: { first, _ in first })
    }
}
