/// Axes in a new order, as torch's `permute`.
struct Permutation {
    var axes: [Int]
}

extension Permutation: OperationDefinition {
    static var blank: Permutation { Permutation(axes: []) }
    static let attributeFields = [AttributeField("axes", \Permutation.axes)]
    var operation: Operation { .permute(axes) }

    func outputType(_ node: NodeInference) throws(GraphError) -> ValueType {
        let input = try node.floatInput()
        guard axes.sorted() == Array(input.shape.indices) else { throw node.bad("axes \(axes) do not fit \(input)") }
        return ValueType(axes.map { input.shape[$0] })
    }
}
