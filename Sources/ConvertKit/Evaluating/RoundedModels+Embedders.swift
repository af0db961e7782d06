import ConvertIR
import ConvertTensors
import Verifier

extension RoundedModels {
    /// Which of two models has narrower weights; nil if neither has.
    init?(_ first: Embedder, _ second: Embedder) {
        guard let own = first.model.prevailingType, let other = second.model.prevailingType, own.byteCount != other.byteCount else {
            return nil
        }
        let (one, two) = (Side(name: first.name, weights: own.rawValue), Side(name: second.name, weights: other.rawValue))
        let isFirst = own.byteCount < other.byteCount
        self.init(isFirst: isFirst, narrow: isFirst ? one : two, wide: isFirst ? two : one)
    }
}

extension Model {
    /// The element type of most of the numbers that the network reads; nil without any.
    var prevailingType: DType? {
        var counts: [DType: Double] = [:]
        for key in Set(graph.weightKeys) {
            guard let tensor = weights[key] else { continue }
            counts[tensor.dtype, default: 0] += Double(tensor.elementCount)
        }
        return counts.max { ($0.value, $0.key.byteCount) < ($1.value, $1.key.byteCount) }?.key
    }

    /// How many numbers training adjusts: those that the network reads, without the means and variances that batch normalization keeps.
    var parameterCount: Int {
        var keys = Set(graph.weightKeys)
        for node in graph.nodes {
            if case .batchNormalization(let norm) = node.operation { keys.subtract([norm.mean, norm.variance]) }
        }
        return keys.reduce(0) { sum, key in sum.addingReportingOverflow(weights[key]?.elementCount ?? 0).partialValue }
    }
}
