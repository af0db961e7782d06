/// A linear layer's keys; it works along the last axis.
package struct Linear: Sendable, Equatable {
    /// Key of the weight, [outputs, inputs].
    package var weight: String
    /// Key of the bias.
    package var bias: String?

    /// A linear layer.
    package init(weight: String, bias: String? = nil) {
        self.weight = weight
        self.bias = bias
    }
}

extension Linear: OperationDefinition {
    static var blank: Linear { Linear(weight: "") }
    static let weightFields = [WeightField("weight", \Linear.weight), WeightField("bias", \Linear.bias)]
    var operation: Operation { .linear(self) }

    func outputType(_ node: NodeInference) throws(GraphError) -> ValueType {
        let input = try node.floatInput()
        let shape = try node.weightShape("weight", weight)
        guard input.shape.count >= 2, case .fixed(let features)? = input.shape.last else {
            throw node.wrong("known features on the last axis", input)
        }
        guard shape.count == 2, shape[1] == features, shape[0] > 0 else {
            throw .wrongWeightShape(
                node: node.node.name, role: "weight", key: weight, expected: "[outputs, \(features)]", found: shape)
        }
        if let bias { try node.expect("bias", bias, [shape[0]]) }
        return ValueType(input.shape.dropLast() + [.fixed(shape[0])])
    }
}
