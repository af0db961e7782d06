import ConvertIR
import Kernels

extension PlainNode {
    func globalMaxPool() -> PlainTensor {
        let inner = x.shape[2] * x.shape[3]
        let largest = stride(from: 0, to: x.values.count, by: max(inner, 1)).map { start in
            let numbers = x.values[start..<start + inner]
            return numbers.contains(where: \.isNaN) ? .nan : numbers.max() ?? -.infinity
        }
        return PlainTensor(shape: [x.shape[0], x.shape[1], 1, 1], values: largest)
    }
}

extension PlannedLayer {
    func globalMaxPool() -> ExecutionStep {
        pool(Pooling(kernel: Size2D(input.height, input.width), stride: Size2D(1)), isMaximum: true)
    }
}
