/// The larger of two values, number by number, axes of size 1 repeated.
struct Maximum: OperationDefinition {
    static var blank: Maximum { Maximum() }
    var operation: Operation { .maximum }

    func outputType(_ node: NodeInference) throws(GraphError) -> ValueType { try node.broadcast() }
}
