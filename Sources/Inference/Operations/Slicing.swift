import ConvertIR
import Kernels

extension PlainNode {
    func slice(_ slice: Slicing) -> PlainTensor {
        let (first, count) = slice.range(x.shape[slice.axis])
        var shape = x.shape
        shape[slice.axis] = count
        let inner = x.shape[(slice.axis + 1)...].reduce(1, *)
        let outer = x.shape[..<slice.axis].reduce(1, *)
        var values: [Double] = []
        for block in 0..<outer {
            for index in 0..<count {
                let start = (block * x.shape[slice.axis] + first + index * slice.step) * inner
                values += x.values[start..<start + inner]
            }
        }
        return PlainTensor(shape: shape, values: values)
    }
}

extension PlannedLayer {
    func slice(_ slice: Slicing) throws(InferenceError) -> ExecutionStep {
        let position = try position(slice.axis)
        var strides = source.strides
        let offset = slice.range(source.sizes[position]).first * strides[position]
        strides[position] *= slice.step
        return copy(sizes: target.sizes, from: strides, to: target.strides, sourceOffset: offset)
    }
}
