import ConvertIR
import Kernels

/// Which axis of a value is innermost in memory, and is computed several numbers at a time.
enum AxisOrder: Sendable {
    /// Axis 1: channels of images; their rows and columns are the axes after it.
    case image
    /// The last axis: features of tokens, columns of matrices.
    case rows
}

/// How the axes of a value lie in memory, apart from the batch, which is from image to image.
struct ValueLayout: Sendable {
    /// Sizes without the batch, outermost first.
    let sizes: [Int]
    /// The axis that is the batch; nil for a stored tensor that all images share. A stored tensor's axis 0 of size 1 stands for the batch.
    let batchAxis: Int?
    let order: AxisOrder
    /// The same as an image.
    let extent: ValueExtent

    /// Nil if a size is not known, or if there are more axes than an image has.
    init?(_ type: ValueType, _ order: AxisOrder) {
        let open = type.shape.indices.filter { type.shape[$0].fixed == nil }
        guard open.count <= 1, type.shape.count <= 8 else { return nil }
        if let axis = open.first, type.shape[axis] == .derived { return nil }
        let batchAxis = open.first ?? (type.shape.first == .fixed(1) ? 0 : nil)
        var sizes = type.shape.compactMap(\.fixed)
        if open.isEmpty, batchAxis == 0 { sizes.removeFirst() }
        self.init(sizes, batchAxis: batchAxis, order)
    }

    /// For a value of these sizes per image.
    init?(_ sizes: [Int], batchAxis: Int?, _ order: AxisOrder) {
        (self.sizes, self.batchAxis, self.order) = (sizes, batchAxis, order)
        switch order {
        case .image:
            guard sizes.count <= 3 else { return nil }
            extent = ValueExtent(
                channels: sizes.first ?? 1, height: sizes.count > 1 ? sizes[1] : 1, width: sizes.count > 2 ? sizes[2] : 1)
        case .rows:
            var rows = 1
            for size in sizes.dropLast(2) {
                let (product, overflow) = rows.multipliedReportingOverflow(by: size)
                guard !overflow else { return nil }
                rows = product
            }
            let second = sizes.count > 1 ? sizes[sizes.count - 2] : 1
            // Threads divide the rows among them.
            extent = ValueExtent(
                channels: sizes.last ?? 1, height: sizes.count > 2 ? rows : second, width: sizes.count > 2 ? second : 1)
        }
    }

    /// How far apart neighbors along each axis are.
    func strides(_ view: ImageView) -> [Int] {
        switch order {
        case .image: return Array([1, view.rowStride, view.pixelStride].prefix(sizes.count))
        case .rows:
            var strides = [Int](repeating: 1, count: sizes.count)
            guard sizes.count > 1 else { return strides }
            strides[sizes.count - 2] = sizes.count == 2 ? view.rowStride : view.pixelStride
            var step = view.rowStride
            for axis in sizes.indices.dropLast(2).reversed() {
                strides[axis] = step
                step *= sizes[axis]
            }
            return strides
        }
    }

    /// The axis of `sizes` that is this axis of the value; nil for the batch.
    func position(_ axis: Int) -> Int? {
        guard let batchAxis else { return axis }
        return axis == batchAxis ? nil : axis < batchAxis ? axis : axis - 1
    }

    /// The innermost axis of `sizes`.
    var innermost: Int { order == .image ? 0 : max(sizes.count - 1, 0) }
}

/// A value in memory.
struct PlannedValue: Sendable {
    let view: ImageView
    let layout: ValueLayout

    var sizes: [Int] { layout.sizes }
    var strides: [Int] { layout.strides(view) }

    /// Gives the numbers of one image in C order.
    func store(to target: UnsafeMutablePointer<Float>, image: Int) {
        if layout.order == .rows { view.storeRows(to: target, image: image) } else { view.store(to: target, image: image) }
    }
}
