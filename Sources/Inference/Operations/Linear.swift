import ConvertIR
import Kernels

extension PlainNode {
    func linear(_ layer: Linear) throws -> PlainTensor {
        let w = try weight(layer.weight)
        let bias = try layer.bias.map(vector)
        var result = PlainTensor(zeros: [x.shape[0], w.shape[0]])
        for n in 0..<x.shape[0] {
            for o in 0..<w.shape[0] {
                var sum = bias?[o] ?? 0
                for i in 0..<w.shape[1] { sum += x.values[n * w.shape[1] + i] * w.values[o * w.shape[1] + i] }
                result.values[n * w.shape[0] + o] = sum
            }
        }
        return result
    }
}

extension LayerFusion {
    mutating func linear(_ node: Node, _ layer: Linear) { append(node, .linear(layer)) }
}

extension PlannedLayer {
    func linear() -> ExecutionPlan.Step? {
        guard let weights = packed.lentWeights else { return nil }
        var job = LinearJob(
            input: UnsafePointer(input.base), inputStride: input.imageStride, output: output.base, outputStride: output.imageStride,
            weights: weights.base, inputs: packed.weightShape[1], outputs: packed.weightShape[0], images: 0)
        job.scale = packed.scale.map { UnsafePointer($0.base) }
        job.bias = packed.bias.map { UnsafePointer($0.base) }
        job.activation = packed.activation
        job.curve = packed.curve
        return .linear(job)
    }
}
