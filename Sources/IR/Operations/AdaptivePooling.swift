/// The mean over windows that divide height and width into a given number of parts, as torch's `adaptive_avg_pool2d`.
struct AdaptiveAveragePooling {
    var size: Size2D
}

extension AdaptiveAveragePooling: OperationDefinition {
    static var blank: AdaptiveAveragePooling { AdaptiveAveragePooling(size: Size2D(1)) }
    static let attributeFields = [AttributeField("size", \AdaptiveAveragePooling.size)]
    var operation: Operation { .adaptiveAveragePool(size) }

    func outputType(_ node: NodeInference) throws(GraphError) -> ValueType {
        let image = try node.image(try node.floatInput())
        guard (1...1 << 16) ~= size.height, (1...1 << 16) ~= size.width else { throw node.bad("size \(size.height)x\(size.width)") }
        for dimension in image[2...] {
            guard dimension != .fixed(0) else { throw node.bad("nothing to take the mean of") }
        }
        return ValueType([image[0], image[1], .fixed(size.height), .fixed(size.width)])
    }
}

extension Size2D {
    /// The indices of an axis of `size` numbers that part `index` of `parts` is the mean of (torch: AdaptiveAveragePooling.cpp).
    package static func adaptiveRange(_ index: Int, of parts: Int, size: Int) -> Range<Int> {
        index * size / parts..<((index + 1) * size + parts - 1) / parts
    }
}
