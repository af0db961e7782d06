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

    /// The first layer that departs; nil where none that both have does.
    /// - Parameter tolerance: relative distance from which on a layer counts as departed.
    public static func find(
        export: Model, source: Model, images: NumericComparison.Images, tolerance: Double,
        overrule: (InputContract) -> InputContract = { $0 }
    ) throws -> LayerBlame? {
        // Values, not nodes, are matched: folded into the layer before it, a batch normalisation's value bears its own name still.
        let others = Dictionary(export.graph.nodes.map { ($0.output, $0) }, uniquingKeysWith: { first, _ in first })
        let common = source.graph.nodes.filter { others[$0.output] != nil }
        let one = images.batch.images(0..<1)
        let (sourceInput, exportInput) = (try overrule(source.contract).standardise(one), try overrule(export.contract).standardise(one))
        let names = common.map(\.output)
        let expected = try values(source, sourceInput, names)
        let found = try? values(export, exportInput, names)
        for node in common {
            guard let other = others[node.output] else { continue }
            let attributes = difference(other, node)
            guard let one = found?[node.output], let right = expected[node.output], one.shape == right.shape else {
                // Where one of the two cannot be computed, or has other sizes, only how it is written tells.
                guard let attributes else { continue }
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
                    layer: node.name, operation: node.operation.name, attributes: attributes, relativeRMS: far, maxAbsolute: largest)
            }
        }
        return nil
    }

    /// All these values of a network: with each an output, nothing is fused, and every layer can be looked at.
    private static func values(_ model: Model, _ input: Batch, _ names: [String]) throws -> [String: Batch] {
        var graph = model.graph
        graph.outputs = names
        let open = try Model(weights: model.weights, graph: graph, contract: model.contract, architecture: model.architecture)
        var options = FastExecutor.Options()
        options.isExact = true
        options.allowsNotFinite = true
        let outputs = try FastExecutor(open, options: options).run(input)
        return Dictionary(outputs.map { ($0.name, $0.batch) }, uniquingKeysWith: { first, _ in first })
    }

    /// The first layer that is written differently in two graphs, where one of them cannot be run.
    public static func written(export: Graph, source: Graph) -> LayerBlame? {
        let others = Dictionary(export.nodes.map { ($0.output, $0) }, uniquingKeysWith: { first, _ in first })
        for node in source.nodes {
            guard let other = others[node.output], let what = difference(other, node) else { continue }
            return LayerBlame(layer: node.name, operation: node.operation.name, attributes: what, relativeRMS: nil, maxAbsolute: nil)
        }
        return nil
    }

    /// How two nodes of one name are written differently, as a clause.
    private static func difference(_ found: Node, _ expected: Node) -> String? {
        guard found.operation != expected.operation else { return nil }
        // One layer may stand for several: folded ones are no difference by themselves.
        guard found.operation.name == expected.operation.name, found.name == expected.name else { return nil }
        let (new, old) = (found.operation.details, expected.operation.details)
        let changed = zip(new, old).filter { $0.0 != $0.1 }
        guard new.count == old.count, !changed.isEmpty else {
            return "\(new.joined(separator: " ")) instead of \(old.joined(separator: " "))"
        }
        return changed.map { "\($0.0) instead of \($0.1)" }.joined(separator: ", ")
    }
}

extension Operation {
    /// Attributes and weights as texts.
    var details: [String] { attributeTexts + weights.map { "\($0.role)=\($0.key)" } }
}
