/// x / max(‖x‖₂, ε) along an axis.
struct L2Normalization {
    var axis: Int
    var epsilon: Double
}

extension L2Normalization: OperationDefinition {
    static var blank: L2Normalization { L2Normalization(axis: 0, epsilon: 0) }
    static let attributeFields = [
        AttributeField("axis", \L2Normalization.axis), AttributeField("epsilon", \L2Normalization.epsilon),
    ]
    var operation: Operation { .l2Normalize(axis: axis, epsilon: epsilon) }

    func outputType(_ node: NodeInference) throws(GraphError) -> ValueType {
        let input = try node.floatInput()
        guard input.shape.indices.contains(axis) else { throw node.bad("axis \(axis) is not in \(input)") }
        guard epsilon >= 0, epsilon.isFinite else { throw node.bad("epsilon is \(epsilon)") }
        return input
    }
}
