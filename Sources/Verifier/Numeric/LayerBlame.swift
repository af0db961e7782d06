import ConvertIR
import ConvertInference

/// The first layer that differs between two networks, found on one image with short partial sums.
package struct LayerBlame: Sendable, Equatable {
    /// The layer's name in the source.
    package let layer: String
    /// The name of its operation.
    package let operation: String
    /// How its attributes differ; nil if only numbers do.
    package let attributes: String?
    /// RMS of the difference between the layer's values, relative to their own RMS; nil if they could not be compared.
    package let relativeRMS: Double?
    /// Largest absolute difference between the layer's values.
    package let maxAbsolute: Double?

    /// Smaller differences are rounding, unless an output has a stricter tolerance.
    private static let negligible = 1e-7

    /// The first differing layer; nil if no matched layer differs.
    /// - Parameters:
    /// - pairs: Matching layers, in the source's order; nil to match layers whose values have the same name.
    /// - inputs: One image as it enters each network.
    /// - tolerance: The relative difference above which a layer counts as diverging.
    static func find(
        export: Model, source: Model, pairs: [GraphAlignment.Pair], inputs: (export: Batch, source: Batch), tolerance: Double
    ) throws -> LayerBlame? {
        let expected = try values(source, inputs.source, pairs.map(\.source.output))
        let found = try? values(export, inputs.export, pairs.map(\.export.output))
        for pair in pairs {
            let node = pair.source
            guard let one = found?[pair.export.output], let right = expected[node.output], one.shape == right.shape else {
                // If one of the two cannot be computed, or has a different shape, only the attributes can tell.
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

    /// Layers whose values have the same name, for graphs that cannot be matched.
    static func pairsByName(export: Graph, source: Graph) -> [GraphAlignment.Pair] {
        // Values are matched, not nodes: a batch normalization that was folded into the layer before it still gives its value its name.
        let others = Dictionary(export.nodes.map { ($0.output, $0) }, uniquingKeysWith: { first, _ in first })
        return source.nodes.compactMap { node in
            others[node.output].map { other in
                let isSame = other.operation.name == node.operation.name && other.name == node.name
                return .init(export: other, source: node, attributes: isSame ? other.operation.difference(from: node.operation) : nil)
            }
        }
    }

    /// All these values of a network. With each of them an output, nothing is fused, and every layer can be examined.
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
