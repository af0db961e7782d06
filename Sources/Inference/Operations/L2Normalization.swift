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

extension PlannedLayer {
    func l2Normalize(axis: Int, epsilon: Double) throws(InferenceError) -> ExecutionStep {
        let position = try position(axis)
        return isInnermost(position) ? small(.l2Normalize(epsilon)) : grouped(.l2Normalize(epsilon), positions: [position])
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
