/// Rows and columns of one number around the last two axes.
struct FramePadding {
    var padding: Padding2D
    var value: Double
}

extension FramePadding: OperationDefinition {
    static var blank: FramePadding { FramePadding(padding: Padding2D(0), value: 0) }
    static let attributeFields = [AttributeField("padding", \FramePadding.padding), AttributeField("value", \FramePadding.value, usual: 0)]
    var operation: Operation { .pad(padding, value: value) }

    /// Past this, arithmetic on sizes could overflow.
    private static let largest = 1 << 24

    func outputType(_ node: NodeInference) throws(GraphError) -> ValueType {
        var result = try node.floatInput()
        let rank = result.shape.count
        guard rank >= 3 else { throw node.wrong("rows and columns after the channels", result) }
        let sides = [padding.top, padding.left, padding.bottom, padding.right]
        let text = "padding \(sides.map { "\($0)" }.joined(separator: ","))"
        guard sides.allSatisfy({ $0 >= 0 }) else { throw node.bad("\(text): must not be negative") }
        guard sides.allSatisfy({ $0 <= FramePadding.largest }) else { throw node.bad("\(text): must be at most \(FramePadding.largest)") }
        guard value.isFinite else { throw node.bad("value \(value): must be a number") }
        for (axis, more) in [(rank - 2, padding.top + padding.bottom), (rank - 1, padding.left + padding.right)] where more > 0 {
            guard let size = result.shape[axis].fixed else {
                result.shape[axis] = .derived
                continue
            }
            let (sum, overflow) = size.addingReportingOverflow(more)
            guard !overflow else { throw node.wrong("a value that fits in memory", result) }
            result.shape[axis] = .fixed(sum)
        }
        return result
    }
}
