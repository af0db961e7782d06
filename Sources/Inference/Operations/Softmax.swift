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

extension PlannedLayer {
    func softmax(axis: Int) throws(InferenceError) -> ExecutionStep {
        let position = try position(axis)
        guard isInnermost(position) else { return grouped(.softmax, positions: [position]) }
        return .rows(RowJob(kind: .softmax, input: input, output: output))
    }
}
