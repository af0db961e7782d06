import ConvertIR
import Kernels

extension PlainNode {
    func linear(_ layer: Linear) throws -> PlainTensor {
        let w = try weight(layer.weight)
        let bias = try layer.bias.map(vector)
        let rows = x.shape.dropLast().reduce(1, *)
        var result = PlainTensor(zeros: x.shape.dropLast() + [w.shape[0]])
        for n in 0..<rows {
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
    /// Of a value with more axes than a vector, the last axis becomes the channels of pixels.
    mutating func linear(_ node: Node, _ layer: Linear) {
        append(node, rank(node.inputs[0]) > 2 ? .tokenLinear(layer) : .linear(layer))
    }
}

extension PlannedLayer {
    func linear() -> ExecutionStep? {
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

extension LayerPacking {
    /// Packs the weight like that of a 1 × 1 convolution, and gives the work that does it.
    static func fill(
        _ packed: inout PackedLayer, tokens linear: Linear, model: Model, store: inout WeightStore
    ) throws -> [@Sendable () -> Void] {
        let (shape, scale) = (packed.weightShape, packed.layer.scale ?? [1])
        guard let tensor = model.weights[linear.weight] else { return [] }
        let source = try FloatReading(tensor)
        let target = try store.memory(WeightPacking.directCount(outputs: shape[0], inputs: shape[1], taps: 1))
        packed.weights = target
        return stride(from: 0, to: shape[0], by: 8 * blockChannels).map { first in
            { @Sendable in
                let outputs = first..<min(first + 8 * blockChannels, shape[0])
                WeightPacking.direct(
                    source.base, outputs: outputs, of: shape[0], inputs: shape[1], groups: 1, taps: 1, scale: scale, to: target.base)
                source.letGo(outputs.lowerBound * shape[1]..<outputs.upperBound * shape[1])
            }
        }
    }
}

extension PlannedLayer {
    /// A 1 × 1 convolution over tokens.
    func tokenLinear(isExact: Bool) -> ExecutionStep? {
        guard let weights = packed.weights, let bias = packed.bias else { return nil }
        var job = ConvolutionJob(
            input: input, output: output, weights: UnsafePointer(weights.base), bias: UnsafePointer(bias.base), images: 0)
        job.residual = residual
        job.activation = packed.activation
        job.curve = packed.curve
        job.partialTerms = PartialSum.terms(isExact: isExact)
        return .direct(job)
    }
}
