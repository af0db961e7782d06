import ConvertIR
import Glibc
import Kernels

extension PlainNode {
    func softmax(axis: Int) -> PlainTensor {
        alongAxis(axis) { vector in
            let largest = vector.max() ?? 0
            let powers = vector.map { exp($0 - largest) }
            let sum = powers.reduce(0, +)
            return powers.map { $0 / sum }
        }
    }
}

extension LayerFusion {
    mutating func softmax(_ node: Node, axis: Int) throws {
        guard axis == 1 else { throw unsupported(node, "only along the channels") }
        append(node, .softmax)
    }
}

extension SmallJob {
    func softmax(_ image: Int) {
        for row in 0..<output.height {
            for column in 0..<output.width {
                let (source, target) = (input.pixel(image, row, column), output.pixel(image, row, column))
                var largest = -Float.infinity
                for channel in 0..<input.channels { largest = max(largest, source[channel]) }
                var sum: Float = 0
                for channel in 0..<input.channels {
                    target[channel] = expf(source[channel] - largest)
                    sum += target[channel]
                }
                for channel in 0..<input.channels { target[channel] /= sum }
                for channel in output.channels..<output.paddedChannels { target[channel] = 0 }
            }
        }
    }
}
