/// The sum of two values, axes of size 1 repeated.
struct Addition: OperationDefinition {
    static var blank: Addition { Addition() }
    var operation: Operation { .add }

    func outputType(_ node: NodeInference) throws(GraphError) -> ValueType { try node.broadcast() }
}
