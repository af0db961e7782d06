import ConvertIR
import Kernels

extension PlainNode {
    func reduceMean(_ axes: [Int]) throws -> PlainTensor { try reduce(axes) { $0.reduce(0, +) / Double($0.count) } }

    func reduceL2(_ axes: [Int]) throws -> PlainTensor { try reduce(axes) { $0.reduce(0) { $0 + $1 * $1 }.squareRoot() } }

    /// A function of all numbers that differ only in their indices along `axes`.
    private func reduce(_ axes: [Int], _ function: ([Double]) -> Double) throws -> PlainTensor {
        let kept = x.shape.enumerated().map { axes.contains($0.offset) ? 1 : $0.element }
        var groups: [[Double]] = Array(repeating: [], count: kept.reduce(1, *))
        for index in x.values.indices {
            var (rest, step, group) = (index, 1, 0)
            for axis in x.shape.indices.reversed() {
                if !axes.contains(axis) { group += rest % x.shape[axis] * step }
                rest /= x.shape[axis]
                step *= kept[axis]
            }
            groups[group].append(x.values[index])
        }
        return PlainTensor(shape: try outputShape(), values: groups.map(function))
    }
}

extension PlannedLayer {
    func reduce(_ reduction: FusedLayer.Reduction, axes: [Int]) throws(InferenceError) -> ExecutionStep {
        var positions: [Int] = []
        for axis in axes { positions.append(try position(axis)) }
        return grouped(reduction == .mean ? .mean : .norm, positions: positions)
    }
}
