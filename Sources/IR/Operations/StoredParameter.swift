/// A stored tensor as a value, such as a position embedding or a class token.
struct StoredParameter {
    var weight: String
    /// Whether axis 0, of size 1, becomes the batch: the same numbers for each image.
    var isPerImage: Bool
}

extension StoredParameter: OperationDefinition {
    static var blank: StoredParameter { StoredParameter(weight: "", isPerImage: false) }
    static let weightFields = [WeightField("weight", \StoredParameter.weight)]
    static let attributeFields = [AttributeField("batch", \StoredParameter.isPerImage, usual: false)]
    var operation: Operation { .parameter(weight: weight, isPerImage: isPerImage) }

    func outputType(_ node: NodeInference) throws(GraphError) -> ValueType {
        guard node.inputs.isEmpty else { throw node.wrongCount("no") }
        let shape = try node.weightShape("weight", weight)
        var sizes = shape.map { Dimension.fixed($0) }
        if isPerImage {
            guard shape.count >= 2, shape[0] == 1 else {
                throw .wrongWeightShape(node: node.node.name, role: "weight", key: weight, expected: "1 on axis 0", found: shape)
            }
            sizes[0] = node.batch
        }
        return ValueType(sizes)
    }
}
