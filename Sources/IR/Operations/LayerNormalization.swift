/// Layer normalization's keys, axes and ε.
package struct LayerNormalization: Sendable, Equatable {
    /// Key of the scale (torch: `weight`); its shape is that of the last axes.
    package var scale: String?
    /// Key of the shift (torch: `bias`).
    package var bias: String?
    /// Number of last axes whose numbers are normalized together.
    package var axes: Int
    /// What is added to the variance.
    package var epsilon: Double

    /// A layer normalization.
    package init(scale: String?, bias: String?, axes: Int = 1, epsilon: Double) {
        self.scale = scale
        self.bias = bias
        self.axes = axes
        self.epsilon = epsilon
    }
}

extension LayerNormalization: OperationDefinition {
    static var blank: LayerNormalization { LayerNormalization(scale: nil, bias: nil, epsilon: 0) }
    static let weightFields = [WeightField("scale", \LayerNormalization.scale), WeightField("bias", \LayerNormalization.bias)]
    static let attributeFields = [
        AttributeField("axes", \LayerNormalization.axes, usual: 1), AttributeField("epsilon", \LayerNormalization.epsilon),
    ]
    var operation: Operation { .layerNormalization(self) }

    func outputType(_ node: NodeInference) throws(GraphError) -> ValueType {
        let input = try node.floatInput()
        guard axes > 0, axes < input.shape.count else { throw node.bad("\(axes) last axes of \(input)") }
        let sizes = input.shape.suffix(axes).compactMap(\.fixed)
        guard sizes.count == axes, !sizes.contains(0) else { throw node.wrong("known sizes on its last \(axes) axes", input) }
        for (role, key) in weights { try node.expect(role, key, sizes) }
        guard epsilon >= 0, epsilon.isFinite else { throw node.bad("epsilon is \(epsilon)") }
        return input
    }
}
