import ConvertIR
import Kernels

extension PlainNode {
    func maxPool(_ pooling: Pooling) throws -> PlainTensor {
        // A NaN is passed on, as torch does.
        try pool(pooling) { inside in inside.contains(where: \.isNaN) ? .nan : inside.max() ?? -.infinity }
    }

    func averagePool(_ pooling: Pooling) throws -> PlainTensor {
        try pool(pooling) { inside in inside.reduce(0, +) / Double(max(inside.count, 1)) }
    }

    /// A function of the numbers in each window; padding is not among them.
    private func pool(_ pooling: Pooling, _ function: ([Double]) -> Double) throws -> PlainTensor {
        let (height, width) = try outputSize()
        var result = PlainTensor(zeros: [x.shape[0], x.shape[1], height, width])
        for n in 0..<x.shape[0] {
            for c in 0..<x.shape[1] {
                for y in 0..<height {
                    for z in 0..<width {
                        var inside: [Double] = []
                        for i in 0..<pooling.kernel.height {
                            let row = y * pooling.stride.height - pooling.padding.top + i
                            guard row >= 0, row < x.shape[2] else { continue }
                            for j in 0..<pooling.kernel.width {
                                let column = z * pooling.stride.width - pooling.padding.left + j
                                if column >= 0, column < x.shape[3] { inside.append(x[n, c, row, column]) }
                            }
                        }
                        result[n, c, y, z] = function(inside)
                    }
                }
            }
        }
        return result
    }
}

extension LayerFusion {
    mutating func maxPool(_ node: Node, _ pooling: Pooling) { append(node, .pool(pooling, isMaximum: true)) }
    mutating func averagePool(_ node: Node, _ pooling: Pooling) { append(node, .pool(pooling, isMaximum: false)) }
}

extension PlannedLayer {
    func pool(_ pooling: Pooling, isMaximum: Bool) -> ExecutionPlan.Step {
        .window(
            WindowJob(
                kind: isMaximum ? .maximum : .mean, input: input, output: output, kernelHeight: pooling.kernel.height,
                kernelWidth: pooling.kernel.width, strideY: pooling.stride.height, strideX: pooling.stride.width,
                paddingTop: pooling.padding.top, paddingLeft: pooling.padding.left, images: 0))
    }
}
