import ConvertIR
import Kernels

extension PlainNode {
    func maxPool(_ pooling: Pooling) throws -> PlainTensor {
        // A NaN is passed on, as torch does.
        try pool(pooling) { inside, _ in inside.contains(where: \.isNaN) ? .nan : inside.max() ?? -.infinity }
    }

    func averagePool(_ pooling: Pooling) throws -> PlainTensor {
        try pool(pooling) { inside, padded in
            inside.reduce(0, +) / Double(max(pooling.countsPadding ? padded : inside.count, 1))
        }
    }

    /// A function of the numbers in each window, and of how many there are with padding; padding is not among them. A window may reach past
    /// the padding too if its end is rounded up, which never counts (torch: `avg_pool2d`).
    private func pool(_ pooling: Pooling, _ function: ([Double], Int) -> Double) throws -> PlainTensor {
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
                        let rows = min(
                            pooling.kernel.height, x.shape[2] + pooling.padding.top + pooling.padding.bottom - y * pooling.stride.height)
                        let columns = min(
                            pooling.kernel.width, x.shape[3] + pooling.padding.left + pooling.padding.right - z * pooling.stride.width)
                        result[n, c, y, z] = function(inside, rows * columns)
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
    func pool(_ pooling: Pooling, isMaximum: Bool) -> ExecutionStep {
        var job = WindowJob(
            kind: isMaximum ? .maximum : .mean, input: input, output: output, kernelHeight: pooling.kernel.height,
            kernelWidth: pooling.kernel.width, strideY: pooling.stride.height, strideX: pooling.stride.width,
            paddingTop: pooling.padding.top, paddingLeft: pooling.padding.left, images: 0)
        if pooling.countsPadding { job.countedPadding = (pooling.padding.bottom, pooling.padding.right) }
        return .window(job)
    }
}
