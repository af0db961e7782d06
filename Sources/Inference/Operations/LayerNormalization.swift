import ConvertIR
import Kernels

extension PlainNode {
    func layerNormalization(_ layer: LayerNormalization) throws -> PlainTensor {
        let (scale, bias) = (try layer.scale.map(vector), try layer.bias.map(vector))
        let size = x.shape.suffix(layer.axes).reduce(1, *)
        var result = x
        for start in stride(from: 0, to: x.values.count, by: max(size, 1)) {
            let numbers = x.values[start..<start + size]
            let mean = numbers.reduce(0, +) / Double(size)
            let variance = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(size)
            let factor = 1 / (variance + layer.epsilon).squareRoot()
            for index in 0..<size {
                result.values[start + index] = (x.values[start + index] - mean) * factor * (scale?[index] ?? 1) + (bias?[index] ?? 0)
            }
        }
        return result
    }
}

extension PlannedLayer {
    func layerNormalization(_ layer: LayerNormalization) throws(InferenceError) -> ExecutionStep {
        let rank = source.sizes.count + (source.layout.batchAxis == nil ? 0 : 1)
        var positions: [Int] = []
        for axis in rank - layer.axes..<rank { positions.append(try position(axis)) }
        guard positions.count == 1, isInnermost(positions[0]) else {
            let function = GroupedJob.Function.layerNormalize(epsilon: layer.epsilon, scale: packed.scale, bias: packed.bias)
            return grouped(function, positions: positions)
        }
        var job = RowJob(kind: .layerNormalization, input: input, output: output)
        job.scale = packed.scale.map { UnsafePointer($0.base) }
        job.bias = packed.bias.map { UnsafePointer($0.base) }
        job.epsilon = Float(layer.epsilon)
        return .rows(job)
    }
}
