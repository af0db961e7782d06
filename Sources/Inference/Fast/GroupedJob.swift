import Glibc
import Kernels

/// A function of all numbers that differ only in their indices along some axes, wherever these lie in memory; plain loops in double
/// precision, for what no network does often.
struct GroupedJob: Sendable {
    enum Function: Sendable {
        case mean
        case norm
        case softmax
        case l2Normalize(Double)
        /// With a factor and a term per number of a group, if there are any.
        case layerNormalize(epsilon: Double, scale: FloatMemory?, bias: FloatMemory?)
    }

    private let function: Function
    private let source, target: ImageView
    /// Where each group begins.
    private let groups: [(source: Int, target: Int)]
    /// Where its numbers are, from there; reductions have one in the target.
    private let sourceNumbers, targetNumbers: [Int]

    /// - Parameter axes: positions of the axes in the source's sizes; `target` has the same ones, or of size 1, or is without them.
    init(_ function: Function, _ source: PlannedValue, _ target: PlannedValue, axes: [Int]) {
        self.function = function
        (self.source, self.target) = (source.view, target.view)
        let kept = source.sizes.indices.filter { !axes.contains($0) }
        let isReduced = target.sizes != source.sizes
        let keepsAxes = target.sizes.count == source.sizes.count
        // Positions of the kept axes in the target.
        let targetAxes = keepsAxes ? kept : Array(kept.indices)
        func offsets(_ sizes: [Int], _ strides: [Int]) -> [Int] {
            zip(sizes, strides).reduce([0]) { all, axis in all.flatMap { place in (0..<axis.0).map { place + $0 * axis.1 } } }
        }
        let sizes = kept.map { source.sizes[$0] }
        let from = offsets(sizes, kept.map { source.strides[$0] })
        let to = offsets(sizes, targetAxes.map { target.strides[$0] })
        groups = zip(from, to).map { ($0, $1) }
        let inner = axes.sorted()
        sourceNumbers = offsets(inner.map { source.sizes[$0] }, inner.map { source.strides[$0] })
        targetNumbers = isReduced ? [0] : offsets(inner.map { source.sizes[$0] }, inner.map { target.strides[$0] })
    }

    func run(image: Int) {
        let from = source.base + image * source.imageStride
        let to = target.base + image * target.imageStride
        var numbers = [Double](repeating: 0, count: sourceNumbers.count)
        for group in groups {
            for (index, place) in sourceNumbers.enumerated() { numbers[index] = Double(from[group.source + place]) }
            apply(&numbers)
            for (index, place) in targetNumbers.enumerated() { to[group.target + place] = Float(numbers[index]) }
        }
        target.zeroPaddedChannels(image: image)
    }

    private func apply(_ numbers: inout [Double]) {
        switch function {
        case .mean: numbers[0] = numbers.reduce(0, +) / Double(numbers.count)
        case .norm: numbers[0] = numbers.reduce(0) { $0 + $1 * $1 }.squareRoot()
        case .softmax:
            let largest = numbers.max() ?? 0
            for index in numbers.indices { numbers[index] = exp(numbers[index] - largest) }
            let sum = numbers.reduce(0, +)
            for index in numbers.indices { numbers[index] /= sum }
        case .l2Normalize(let epsilon):
            let norm = max(numbers.reduce(0) { $0 + $1 * $1 }.squareRoot(), epsilon)
            for index in numbers.indices { numbers[index] /= norm }
        case .layerNormalize(let epsilon, let scale, let bias):
            let mean = numbers.reduce(0, +) / Double(numbers.count)
            let variance = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(numbers.count)
            let factor = 1 / (variance + epsilon).squareRoot()
            for index in numbers.indices {
                let own = scale.map { Double($0.base[index]) } ?? 1
                numbers[index] = (numbers[index] - mean) * factor * own + (bias.map { Double($0.base[index]) } ?? 0)
            }
        }
    }
}
