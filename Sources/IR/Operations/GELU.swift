/// x · Φ(x), with the distribution function of the normal distribution, or torch's approximation of it by a hyperbolic tangent.
struct GELU {
    var isApproximate: Bool
}

extension GELU: OperationDefinition {
    static var blank: GELU { GELU(isApproximate: false) }
    static let attributeFields = [AttributeField("tanh", \GELU.isApproximate, usual: false)]
    var operation: Operation { .gelu(isApproximate: isApproximate) }

    func outputType(_ node: NodeInference) throws(GraphError) -> ValueType { try node.floatInput() }
}
