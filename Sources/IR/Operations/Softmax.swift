/// exp(x) over its sum along an axis.
struct Softmax {
    var axis: Int
}

extension Softmax: OperationDefinition {
    static var blank: Softmax { Softmax(axis: 0) }
    static let attributeFields = [AttributeField("axis", \Softmax.axis)]
    var operation: Operation { .softmax(axis: axis) }

    func outputType(_ node: NodeInference) throws(GraphError) -> ValueType {
        let input = try node.floatInput()
        guard input.shape.indices.contains(axis) else { throw node.bad("axis \(axis) is not in \(input)") }
        return input
    }
}
