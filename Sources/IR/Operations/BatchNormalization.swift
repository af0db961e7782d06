/// Batch normalization's keys and ε. Without a scale it is 1, without a bias 0 (torch: `affine=False`).
package struct BatchNormalization: Sendable, Equatable {
    /// Key of the scale (torch: `weight`); nil for 1.
    package var scale: String?
    /// Key of the shift (torch: `bias`); nil for 0.
    package var bias: String?
    /// Key of the running mean.
    package var mean: String
    /// Key of the running variance.
    package var variance: String
    /// What is added to the variance.
    package var epsilon: Double

    /// A batch normalization.
    package init(scale: String?, bias: String?, mean: String, variance: String, epsilon: Double) {
        self.scale = scale
        self.bias = bias
        self.mean = mean
        self.variance = variance
        self.epsilon = epsilon
    }
}

extension BatchNormalization: OperationDefinition {
    static var blank: BatchNormalization { BatchNormalization(scale: nil, bias: nil, mean: "", variance: "", epsilon: 0) }
    static let weightFields = [
        WeightField("scale", \BatchNormalization.scale), WeightField("bias", \BatchNormalization.bias),
        WeightField("mean", \BatchNormalization.mean), WeightField("variance", \BatchNormalization.variance),
    ]
    static let attributeFields = [AttributeField("epsilon", \BatchNormalization.epsilon)]
    var operation: Operation { .batchNormalization(self) }

    func outputType(_ node: NodeInference) throws(GraphError) -> ValueType {
        let input = try node.floatInput()
        let channels = try node.channelCount(input)
        for (role, key) in weights { try node.expect(role, key, [channels]) }
        guard epsilon >= 0, epsilon.isFinite else { throw node.bad("epsilon is \(epsilon)") }
        return input
    }
}
