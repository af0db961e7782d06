import ConvertIR
import Kernels

extension PlainNode {
    func pad(_ padding: Padding2D, value: Double) -> PlainTensor {
        let rank = x.shape.count
        let (height, width) = (x.shape[rank - 2], x.shape[rank - 1])
        let (newHeight, newWidth) = (height + padding.top + padding.bottom, width + padding.left + padding.right)
        let planes = x.shape.dropLast(2).reduce(1, *)
        var result = PlainTensor(
            shape: x.shape.dropLast(2) + [newHeight, newWidth], values: Array(repeating: value, count: planes * newHeight * newWidth))
        for plane in 0..<planes {
            for row in 0..<height {
                for column in 0..<width {
                    result.values[(plane * newHeight + padding.top + row) * newWidth + padding.left + column] =
                        x.values[(plane * height + row) * width + column]
                }
            }
        }
        return result
    }
}

extension PlannedLayer {
    func pad(_ padding: Padding2D, value: Double) throws(InferenceError) -> ExecutionStep {
        let rank = source.sizes.count + (source.layout.batchAxis == nil ? 0 : 1)
        let (row, column) = (try position(rank - 2), try position(rank - 1))
        let strides = target.strides
        return copy(
            sizes: source.sizes, from: source.strides, to: strides,
            targetOffset: padding.top * strides[row] + padding.left * strides[column], onto: Float(value))
    }
}
