import ConvertIR
import Kernels

extension PlainNode {
    func concatenate(axis: Int) -> PlainTensor {
        var shape = inputs[0].shape
        shape[axis] = inputs.reduce(0) { $0 + $1.shape[axis] }
        let outer = shape[..<axis].reduce(1, *)
        var values: [Double] = []
        for index in 0..<outer {
            for part in inputs {
                let size = part.shape[axis...].reduce(1, *)
                values += part.values[index * size..<(index + 1) * size]
            }
        }
        return PlainTensor(shape: shape, values: values)
    }
}

extension LayerFusion {
    mutating func concatenate(_ node: Node, axis: Int) {
        append(node, .concatenate(axis: axis, joinsChannels: false)) { $0.otherInputs = Array(node.inputs.dropFirst()) }
    }
}

extension PlannedLayer {
    /// Parts that were written where they belong need no step.
    func concatenate(axis: Int) throws(InferenceError) -> ExecutionStep? {
        guard input.base != output.base else { return nil }
        guard let position = target.layout.position(axis) else { throw unsupported("not along the batch") }
        let strides = target.strides
        var copies: [StridedCopy] = []
        var offset = 0
        for part in sources {
            guard part.layout.position(axis) == position, part.sizes.count == target.sizes.count else {
                throw unsupported("a part has its batch on a different axis")
            }
            copies.append(
                StridedCopy(part.view, output, sizes: part.sizes, from: part.strides, to: strides, targetOffset: offset * strides[position])
            )
            offset += part.sizes[position]
        }
        return small(.copies(copies, onto: nil))
    }
}
