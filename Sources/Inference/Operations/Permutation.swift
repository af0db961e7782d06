import ConvertIR
import Kernels

extension PlainNode {
    func permute(_ axes: [Int]) -> PlainTensor {
        let shape = axes.map { x.shape[$0] }
        var strides = [Int](repeating: 1, count: x.shape.count)
        for axis in x.shape.indices.dropLast().reversed() { strides[axis] = strides[axis + 1] * x.shape[axis + 1] }
        var result = PlainTensor(zeros: shape)
        for index in result.values.indices {
            var rest = index
            var position = 0
            for axis in shape.indices.reversed() {
                position += rest % shape[axis] * strides[axes[axis]]
                rest /= shape[axis]
            }
            result.values[index] = x.values[position]
        }
        return result
    }
}

extension PlannedLayer {
    func permute(_ axes: [Int]) throws(InferenceError) -> ExecutionStep {
        guard source.layout.batchAxis == target.layout.batchAxis.map({ axes[$0] }) else { throw unsupported("the batch is not one axis") }
        let strides = source.strides
        let kept = axes.compactMap { source.layout.position($0) }
        return copy(sizes: target.sizes, from: kept.map { strides[$0] }, to: target.strides)
    }
}
