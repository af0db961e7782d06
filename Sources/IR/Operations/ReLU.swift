/// max(0, x).
struct ReLU: OperationDefinition {
    static var blank: ReLU { ReLU() }
    var operation: Operation { .relu }

    func outputType(_ node: NodeInference) throws(GraphError) -> ValueType { try node.floatInput() }
}
