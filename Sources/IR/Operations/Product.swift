/// The product of two values, axes of size 1 repeated.
struct Product: OperationDefinition {
    static var blank: Product { Product() }
    var operation: Operation { .product }

    func outputType(_ node: NodeInference) throws(GraphError) -> ValueType { try node.broadcast() }
}
