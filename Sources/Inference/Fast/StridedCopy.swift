import Kernels

/// Copies the numbers of one image from one arrangement of axes to another.
struct StridedCopy: Sendable {
    private let source, target: ImageView
    private let sourceOffset, targetOffset: Int
    /// Axes from the one whose neighbors are farthest apart in the target to the nearest.
    private var axes: [Axis] = []

    private struct Axis: Sendable {
        var size, source, target: Int
    }

    /// - Parameters:
    ///   - sizes: how many numbers along each axis.
    ///   - from: distances between neighbors in the source; `to`, in the target.
    init(
        _ source: ImageView, _ target: ImageView, sizes: [Int], from: [Int], to: [Int], sourceOffset: Int = 0, targetOffset: Int = 0
    ) {
        (self.source, self.target) = (source, target)
        (self.sourceOffset, self.targetOffset) = (sourceOffset, targetOffset)
        let all = sizes.indices.map { Axis(size: sizes[$0], source: from[$0], target: to[$0]) }
        for axis in all.filter({ $0.size != 1 }).sorted(by: { $0.target > $1.target }) {
            if let last = axes.last, last.source == axis.source * axis.size, last.target == axis.target * axis.size {
                axes[axes.count - 1] = Axis(size: last.size * axis.size, source: axis.source, target: axis.target)
            } else {
                axes.append(axis)
            }
        }
        if axes.isEmpty { axes = [Axis(size: 1, source: 1, target: 1)] }
    }

    /// The same numbers in C order under other sizes; nil if no axes can be split so that both sizes come out.
    init?(reshaping source: PlannedValue, _ target: PlannedValue) {
        var (sizes, from, to): ([Int], [Int], [Int]) = ([], [], [])
        var (i, j) = (source.sizes.count - 1, target.sizes.count - 1)
        var (a, b) = (i < 0 ? 1 : source.sizes[i], j < 0 ? 1 : target.sizes[j])
        var (stepA, stepB) = (i < 0 ? 1 : source.strides[i], j < 0 ? 1 : target.strides[j])
        while i >= 0 || j >= 0 {
            if a == 1, i >= 0 {
                i -= 1
                (a, stepA) = i < 0 ? (1, 1) : (source.sizes[i], source.strides[i])
                continue
            }
            if b == 1, j >= 0 {
                j -= 1
                (b, stepB) = j < 0 ? (1, 1) : (target.sizes[j], target.strides[j])
                continue
            }
            let size = min(a, b)
            guard size > 1, a.isMultiple(of: size), b.isMultiple(of: size) else { return nil }
            sizes.append(size)
            from.append(stepA)
            to.append(stepB)
            (a, b, stepA, stepB) = (a / size, b / size, stepA * size, stepB * size)
        }
        self.init(source.view, target.view, sizes: sizes, from: from, to: to)
    }

    func run(image: Int) {
        let from = source.base + (image * source.imageStride + sourceOffset)
        let to = target.base + (image * target.imageStride + targetOffset)
        copy(UnsafePointer(from), to, 0)
    }

    private func copy(_ from: UnsafePointer<Float>, _ to: UnsafeMutablePointer<Float>, _ depth: Int) {
        let axis = axes[depth]
        if depth + 1 < axes.count {
            for index in 0..<axis.size { copy(from + index * axis.source, to + index * axis.target, depth + 1) }
        } else if axis.source == 1, axis.target == 1 {
            to.update(from: from, count: axis.size)
        } else {
            for index in 0..<axis.size { to[index * axis.target] = from[index * axis.source] }
        }
    }
}

/// Copies numbers in C order between values whose sizes have no common division.
struct FlatCopy: Sendable {
    let source, target: PlannedValue

    func run(image: Int) {
        let from = source.view.base + image * source.view.imageStride
        let to = target.view.base + image * target.view.imageStride
        let (sourceStrides, targetStrides) = (source.strides, target.strides)
        func place(_ index: Int, _ sizes: [Int], _ strides: [Int]) -> Int {
            var (rest, place) = (index, 0)
            for axis in sizes.indices.reversed() {
                place += rest % sizes[axis] * strides[axis]
                rest /= sizes[axis]
            }
            return place
        }
        for index in 0..<source.sizes.reduce(1, *) {
            to[place(index, target.sizes, targetStrides)] = from[place(index, source.sizes, sourceStrides)]
        }
    }
}

extension ImageView {
    /// Zeros the channels that only fill pixels up.
    func zeroPaddedChannels(image: Int) {
        guard channels < paddedChannels else { return }
        for row in 0..<height {
            for column in 0..<width {
                let pixel = pixel(image, row, column)
                for channel in channels..<paddedChannels { pixel[channel] = 0 }
            }
        }
    }

    /// Sets every number of one image.
    func fill(_ value: Float, image: Int) {
        for row in 0..<height {
            for column in 0..<width { pixel(image, row, column).update(repeating: value, count: channels) }
        }
    }
}
