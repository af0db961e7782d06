import ConvertIR
import Kernels

extension PlainNode {
    func convolution(_ layer: Convolution) throws -> PlainTensor {
        let w = try weight(layer.weight)
        let bias = try layer.bias.map(vector)
        let (rows, columns) = (w.shape[2], w.shape[3])
        let height =
            (x.shape[2] + layer.padding.top + layer.padding.bottom - (rows - 1) * layer.dilation.height - 1) / layer.stride.height + 1
        let width =
            (x.shape[3] + layer.padding.left + layer.padding.right - (columns - 1) * layer.dilation.width - 1) / layer.stride.width + 1
        var result = PlainTensor(zeros: [x.shape[0], w.shape[0], height, width])
        let (perGroupIn, perGroupOut) = (w.shape[1], w.shape[0] / layer.groups)
        for n in 0..<x.shape[0] {
            for o in 0..<w.shape[0] {
                let firstChannel = o / perGroupOut * perGroupIn
                for y in 0..<height {
                    for z in 0..<width {
                        var sum = bias?[o] ?? 0
                        for c in 0..<perGroupIn {
                            for i in 0..<rows {
                                let row = y * layer.stride.height - layer.padding.top + i * layer.dilation.height
                                guard row >= 0, row < x.shape[2] else { continue }
                                for j in 0..<columns {
                                    let column = z * layer.stride.width - layer.padding.left + j * layer.dilation.width
                                    guard column >= 0, column < x.shape[3] else { continue }
                                    sum += x[n, firstChannel + c, row, column] * w[o, c, i, j]
                                }
                            }
                        }
                        result[n, o, y, z] = sum
                    }
                }
            }
        }
        return result
    }
}

extension LayerFusion {
    mutating func convolution(_ node: Node, _ layer: Convolution) { append(node, .convolution(layer)) }
}

extension LayerPacking {
    /// Allocates a convolution's weights in the order of its method, and gives the work that fills them, in parts.
    static func fill(
        _ packed: inout PackedLayer, _ convolution: Convolution, model: Model, store: inout WeightStore
    ) throws -> [@Sendable () -> Void] {
        let shape = packed.weightShape
        let scale = packed.layer.scale ?? [1]
        guard let tensor = model.weights[convolution.weight] else { return [] }
        let source = try FloatReading(tensor)
        let taps = shape[2] * shape[3]
        switch packed.method {
        case .winograd:
            let target = try store.memory(WeightPacking.winogradCount(outputs: shape[0], inputs: shape[1]))
            packed.weights = target
            return stride(from: 0, to: shape[0], by: 64).map { first in
                { @Sendable in
                    let outputs = first..<min(first + 64, shape[0])
                    WeightPacking.winograd(source.base, outputs: outputs, inputs: shape[1], scale: scale, to: target.base)
                    source.letGo(outputs.lowerBound * shape[1] * 9..<outputs.upperBound * shape[1] * 9)
                }
            }
        case .depthwise:
            let target = try store.memory(WeightPacking.padded(shape[0]) * taps)
            packed.weights = target
            return [
                { @Sendable in
                    WeightPacking.depthwise(source.base, channels: shape[0], taps: taps, scale: scale, to: target.base)
                }
            ]
        case .direct:
            let inputs = shape[1] * convolution.groups
            let target = try store.memory(WeightPacking.directCount(outputs: shape[0], inputs: inputs, taps: taps))
            packed.weights = target
            return [
                { @Sendable in
                    WeightPacking.direct(
                        source.base, outputs: shape[0], inputs: inputs, groups: convolution.groups, taps: taps, scale: scale,
                        to: target.base)
                    source.letGo(0..<shape.reduce(1, *))
                }
            ]
        }
    }
}

extension PlannedLayer {
    func convolution(_ convolution: Convolution, isExact: Bool, leavesOutPadding: Bool) -> ExecutionStep? {
        guard let weights = packed.weights, let bias = packed.bias else { return nil }
        if packed.method == .depthwise {
            var job = WindowJob(
                kind: .depthwise, input: input, output: output, kernelHeight: packed.weightShape[2], kernelWidth: packed.weightShape[3],
                strideY: convolution.stride.height, strideX: convolution.stride.width, paddingTop: convolution.padding.top,
                paddingLeft: convolution.padding.left, images: 0)
            job.residual = residual
            job.weights = UnsafePointer(weights.base)
            job.bias = UnsafePointer(bias.base)
            job.activation = packed.activation
            job.curve = packed.curve
            job.dilationY = convolution.dilation.height
            job.dilationX = convolution.dilation.width
            job.takesPaddingAsZeros = leavesOutPadding
            return .window(job)
        }
        var job = ConvolutionJob(
            input: input, output: output, weights: UnsafePointer(weights.base), bias: UnsafePointer(bias.base), images: 0)
        job.residual = residual
        job.activation = packed.activation
        job.curve = packed.curve
        job.inputScale = packed.inputScale.map { UnsafePointer($0.base) }
        job.inputShift = packed.inputShift.map { UnsafePointer($0.base) }
        job.kernelHeight = packed.weightShape[2]
        job.kernelWidth = packed.weightShape[3]
        job.strideY = convolution.stride.height
        job.strideX = convolution.stride.width
        job.paddingTop = convolution.padding.top
        job.paddingLeft = convolution.padding.left
        job.dilationY = convolution.dilation.height
        job.dilationX = convolution.dilation.width
        job.partialTerms = PartialSum.terms(isExact: isExact)
        job.leavesOutPadding = leavesOutPadding
        return packed.method == .winograd ? .winograd(job) : .direct(job)
    }
}
