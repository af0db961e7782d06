/// The hyperbolic tangent.
struct HyperbolicTangent: OperationDefinition {
    static var blank: HyperbolicTangent { HyperbolicTangent() }
    var operation: Operation { .tanh }

    func outputType(_ node: NodeInference) throws(GraphError) -> ValueType { try node.floatInput() }
}
