import ConvertIR
import Kernels

extension PlainNode {
    func l2Normalize(axis: Int, epsilon: Double) -> PlainTensor {
        alongAxis(axis) { vector in
            let norm = max(vector.reduce(0) { $0 + $1 * $1 }.squareRoot(), epsilon)
            return vector.map { $0 / norm }
        }
    }
}

extension LayerFusion {
    mutating func l2Normalize(_ node: Node, axis: Int, epsilon: Double) throws {
        guard axis == 1 else { throw unsupported(node, "only along the channels") }
        append(node, .l2Normalize(epsilon: epsilon))
    }
}

extension SmallJob {
    func l2Normalize(_ epsilon: Double, _ image: Int) {
        for row in 0..<output.height {
            for column in 0..<output.width {
                let (source, target) = (input.pixel(image, row, column), output.pixel(image, row, column))
                var sum = 0.0
                for channel in 0..<input.channels { sum += Double(source[channel]) * Double(source[channel]) }
                let norm = Float(max(sum.squareRoot(), epsilon))
                for channel in 0..<input.channels { target[channel] = source[channel] / norm }
                for channel in output.channels..<output.paddedChannels { target[channel] = 0 }
            }
        }
    }
}
