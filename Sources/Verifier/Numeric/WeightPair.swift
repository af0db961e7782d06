import ConvertIR
import ConvertTensors

/// Two tensors that matched nodes read in the same role; nil on a side that lacks it.
struct WeightPair {
    /// The source's key, or the export's if the source has none.
    let name: String
    let export: Tensor?
    let source: Tensor?
    /// The export's key.
    let exportKey: String?
    /// The magnitude of the terms that add up to a folded bias; nil if the numbers' own magnitude counts.
    let scale: Double?

    /// The pairs of an alignment, without duplicates.
    /// - Parameter unfolded: The source before its batch normalization was folded, for `scale`.
    static func pairs(
        of alignment: GraphAlignment, export: Model, source: Model, unfolded: Model?
    ) throws -> [WeightPair] {
        var normals: [String: (BatchNormalization, Operation?)] = [:]
        if let unfolded {
            let producers = Dictionary(unfolded.graph.nodes.map { ($0.output, $0.operation) }, uniquingKeysWith: { first, _ in first })
            for node in unfolded.graph.nodes {
                guard case .batchNormalization(let normal) = node.operation else { continue }
                normals[node.output] = (normal, node.inputs.first.flatMap { producers[$0] })
            }
        }
        var seen: Set<String> = []
        var pairs: [WeightPair] = []
        for pair in alignment.pairs {
            let ours = pair.source.operation.weights
            let theirs = Dictionary(pair.export.operation.weights.map { ($0.role, $0.key) }, uniquingKeysWith: { first, _ in first })
            for role in ours.map(\.role) + theirs.keys.sorted().filter({ role in !ours.contains { $0.role == role } }) {
                let key = ours.first { $0.role == role }?.key
                let other = theirs[role]
                guard seen.insert("\(key ?? "")\u{0}\(other ?? "")").inserted else { continue }
                var scale: Double?
                if role == "bias", let unfolded, let (normal, layer) = normals[pair.source.output] {
                    scale = try WeightPair.scale(of: normal, behind: layer, in: unfolded)
                }
                pairs.append(
                    WeightPair(
                        name: key ?? other ?? role, export: other.flatMap { export.weights[$0] },
                        source: key.flatMap { source.weights[$0] },
                        exportKey: other, scale: scale))
            }
        }
        return pairs
    }

    /// The largest sum of magnitudes that makes up one number of a folded bias.
    private static func scale(of normal: BatchNormalization, behind layer: Operation?, in model: Model) throws -> Double {
        func values(_ key: String?) throws -> [Double] { try key.flatMap { model.weights[$0] }.map { try $0.doubles() } ?? [] }
        let (factor, shift) = (try values(normal.scale), try values(normal.bias))
        let (mean, variance) = (try values(normal.mean), try values(normal.variance))
        let bias = try values(layer?.weights.first { $0.role == "bias" }?.key)
        var largest = 0.0
        for index in mean.indices where index < variance.count {
            let scale = (index < factor.count ? factor[index] : 1) / (variance[index] + normal.epsilon).squareRoot()
            let old = index < bias.count ? bias[index] : 0
            largest = max(largest, abs(scale) * (abs(old) + abs(mean[index])) + (index < shift.count ? abs(shift[index]) : 0))
        }
        return largest
    }
}
