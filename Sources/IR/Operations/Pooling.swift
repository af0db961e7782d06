/// A window that slides over height and width.
package struct Pooling: Sendable, Equatable {
    /// The window.
    package var kernel: Size2D
    /// Steps along height and width.
    package var stride: Size2D
    /// Rows and columns around the input.
    package var padding: Padding2D
    /// Whether a window that reaches past the end still gives an output.
    package var ceilMode: Bool
    /// Whether padding counts in a mean; never set if there is no padding.
    package var countsPadding: Bool

    /// A pooling window.
    package init(
        kernel: Size2D, stride: Size2D, padding: Padding2D = Padding2D(0), ceilMode: Bool = false, countsPadding: Bool = false
    ) {
        self.kernel = kernel
        self.stride = stride
        self.padding = padding
        self.ceilMode = ceilMode
        self.countsPadding = countsPadding && !padding.isZero
    }

    /// The same pooling without `ceilMode` if no window reaches past the end of a value with these sizes; engines differ in what they make of it
    /// then. As it is if that is not known.
    package func withoutVainCeiling(from input: [Int?], to output: [Int?]) -> Pooling {
        guard ceilMode, input.count == 4, output.count == 4, let height = input[2], let width = input[3], let rows = output[2],
            let columns = output[3], (rows - 1) * stride.height + kernel.height <= height + padding.top + padding.bottom,
            (columns - 1) * stride.width + kernel.width <= width + padding.left + padding.right
        else { return self }
        return Pooling(kernel: kernel, stride: stride, padding: padding, countsPadding: countsPadding)
    }

    fileprivate static var blank: Pooling { Pooling(kernel: Size2D(1), stride: Size2D(1)) }
}

/// The maximum over a window.
struct MaxPooling: PoolingDefinition {
    var pooling: Pooling
    static var blank: MaxPooling { MaxPooling(pooling: .blank) }
    static let attributeFields = poolingFields()
    var operation: Operation { .maxPool(pooling) }
}

/// The mean over a window.
struct AveragePooling: PoolingDefinition {
    var pooling: Pooling
    static var blank: AveragePooling { AveragePooling(pooling: .blank) }
    static let attributeFields =
        poolingFields() + [
            AttributeField("count_padding", \AveragePooling.pooling.countsPadding, usual: false, isLeftOutOfDocuments: true)
        ]
    /// Padding that is not there is not counted, so that equal operations are written alike.
    var operation: Operation {
        var pooling = pooling
        pooling.countsPadding = pooling.countsPadding && !pooling.padding.isZero
        return .averagePool(pooling)
    }
}

/// What the two have in common.
protocol PoolingDefinition: OperationDefinition {
    var pooling: Pooling { get set }
}

extension PoolingDefinition {
    fileprivate static func poolingFields() -> [AttributeField<Self>] {
        [
            AttributeField("kernel", \.pooling.kernel), AttributeField("stride", \.pooling.stride),
            AttributeField("padding", \.pooling.padding, usual: Padding2D(0)),
            AttributeField("ceil_mode", \.pooling.ceilMode, textName: "ceil", usual: false),
        ]
    }

    func outputType(_ node: NodeInference) throws(GraphError) -> ValueType {
        let image = try node.image(try node.floatInput())
        let (kernel, padding) = (pooling.kernel, pooling.padding)
        // Halved and not doubled: numbers of a file may be as large as they like.
        guard max(padding.top, padding.bottom) <= kernel.height / 2, max(padding.left, padding.right) <= kernel.width / 2
        else { throw node.bad("padding is more than half of the window") }
        let window = SlidingWindow(
            kernel: kernel, stride: pooling.stride, padding: padding, dilation: Size2D(1), ceilMode: pooling.ceilMode)
        return ValueType([image[0], image[1]] + (try node.slide(window, image)))
    }
}
