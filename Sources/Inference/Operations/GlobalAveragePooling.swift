import ConvertIR
import Kernels

extension PlainNode {
    func globalAveragePool() -> PlainTensor {
        let inner = x.shape[2] * x.shape[3]
        let means = stride(from: 0, to: x.values.count, by: inner).map { x.values[$0..<$0 + inner].reduce(0, +) / Double(inner) }
        return PlainTensor(shape: [x.shape[0], x.shape[1], 1, 1], values: means)
    }
}

extension PlannedLayer {
    func globalAveragePool() -> ExecutionStep {
        .window(
            WindowJob(
                kind: .mean, input: input, output: output, kernelHeight: input.height, kernelWidth: input.width, strideY: 1, strideX: 1,
                paddingTop: 0, paddingLeft: 0, images: 0))
    }
}
