/// x · min(max(x / 6 + 1/2, 0), 1).
struct HardSwish: OperationDefinition {
    static var blank: HardSwish { HardSwish() }
    var operation: Operation { .hardSwish }

    func outputType(_ node: NodeInference) throws(GraphError) -> ValueType { try node.floatInput() }
}
