/// min(max(alpha · x + beta, 0), 1).
package struct HardSigmoid: Sendable, Equatable {
    /// Factor of x.
    package var alpha: Double
    /// What is added.
    package var beta: Double

    /// torch's factor.
    package static let usualAlpha: Double = 1 / 6
    /// torch's term.
    package static let usualBeta: Double = 0.5

    /// A hard sigmoid, torch's if nothing is given.
    package init(alpha: Double = usualAlpha, beta: Double = usualBeta) {
        self.alpha = alpha
        self.beta = beta
    }
}

extension HardSigmoid: OperationDefinition {
    static var blank: HardSigmoid { HardSigmoid() }
    static let attributeFields = [
        AttributeField("alpha", \HardSigmoid.alpha, usual: usualAlpha), AttributeField("beta", \HardSigmoid.beta, usual: usualBeta),
    ]
    var operation: Operation { .hardSigmoid(self) }

    func outputType(_ node: NodeInference) throws(GraphError) -> ValueType {
        let input = try node.floatInput()
        guard alpha.isFinite, beta.isFinite else { throw node.bad("alpha is \(alpha), beta is \(beta)") }
        return input
    }
}
