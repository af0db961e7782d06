/// 1 / (1 + exp(−x)).
struct Sigmoid: OperationDefinition {
    static var blank: Sigmoid { Sigmoid() }
    var operation: Operation { .sigmoid }

    func outputType(_ node: NodeInference) throws(GraphError) -> ValueType { try node.floatInput() }
}
