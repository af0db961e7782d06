/// All axes after axis 0 in one axis, in C order.
struct Flattening: OperationDefinition {
    static var blank: Flattening { Flattening() }
    var operation: Operation { .flatten }

    func outputType(_ node: NodeInference) throws(GraphError) -> ValueType {
        let input = try node.floatInput()
        guard input.shape.count >= 2 else { throw node.wrong("at least two axes", input) }
        var size = 1
        for dimension in input.shape.dropFirst() {
            guard case .fixed(let next) = dimension else { return ValueType([input.shape[0], .derived]) }
            let (product, overflow) = size.multipliedReportingOverflow(by: next)
            guard !overflow else { throw node.wrong("a value that fits in memory", input) }
            size = product
        }
        return ValueType([input.shape[0], .fixed(size)])
    }
}
