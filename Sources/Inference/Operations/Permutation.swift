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

extension LayerFusion {
    mutating func permute(_ node: Node, _ axes: [Int]) throws {
        guard axes.count == 4, axes[0] == 0 else { throw unsupported(node, "only of an image's three axes") }
        append(node, .permute(axes))
    }
}

extension SmallJob {
    func permute(_ axes: [Int], _ image: Int) {
        // How far apart neighbors along each input axis are, images left out.
        let strides = [1, input.rowStride, input.pixelStride]
        let (alongChannel, alongRow, alongColumn) = (strides[axes[1] - 1], strides[axes[2] - 1], strides[axes[3] - 1])
        let source = input.pixel(image, 0, 0)
        for row in 0..<output.height {
            for column in 0..<output.width {
                let (from, target) = (source + (row * alongRow + column * alongColumn), output.pixel(image, row, column))
                for channel in 0..<output.channels { target[channel] = from[channel * alongChannel] }
            }
        }
        for row in 0..<output.height {
            for column in 0..<output.width {
                for channel in output.channels..<output.paddedChannels { output.pixel(image, row, column)[channel] = 0 }
            }
        }
    }
}
