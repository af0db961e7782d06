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
    mutating func concatenate(_ node: Node, axis: Int) throws {
        guard axis == 1 else { throw unsupported(node, "only along the channels") }
        append(node, .concatenate) { $0.otherInputs = Array(node.inputs.dropFirst()) }
    }
}

extension PlannedLayer {
    /// Parts that were written where they belong need no step.
    func concatenate(_ parts: [ImageView]) -> ExecutionPlan.Step? {
        parts.first?.base == output.base ? nil : small(.concatenate(parts))
    }
}

extension SmallJob {
    func concatenate(_ parts: [ImageView], _ image: Int) {
        for row in 0..<output.height {
            for column in 0..<output.width {
                let target = output.pixel(image, row, column)
                var channel = 0
                for part in parts {
                    let source = part.pixel(image, row, column)
                    for index in 0..<part.channels { target[channel + index] = source[index] }
                    channel += part.channels
                }
                for index in channel..<output.paddedChannels { target[index] = 0 }
            }
        }
    }
}
