/// Batch normalization's keys and ε.
public struct BatchNormalization: Sendable, Equatable {
    /// Key of the scale (torch: `weight`).
    public var scale: String
    /// Key of the shift (torch: `bias`).
    public var bias: String
    /// Key of the running mean.
    public var mean: String
    /// Key of the running variance.
    public var variance: String
    /// What is added to the variance.
    public var epsilon: Double

    /// A batch normalization.
    public init(scale: String, bias: String, mean: String, variance: String, epsilon: Double) {
        self.scale = scale
        self.bias = bias
        self.mean = mean
        self.variance = variance
        self.epsilon = epsilon
    }
}

extension BatchNormalization: OperationDefinition {
    static var blank: BatchNormalization { BatchNormalization(scale: "", bias: "", mean: "", variance: "", epsilon: 0) }
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
