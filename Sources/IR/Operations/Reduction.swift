/// The mean over axes.
struct MeanReduction: ReductionDefinition {
    var axes: [Int]
    var keepsAxes: Bool
    static var blank: MeanReduction { MeanReduction(axes: [], keepsAxes: false) }
    static let attributeFields = reductionFields()
    var operation: Operation { .reduceMean(axes: axes, keepsAxes: keepsAxes) }
}

/// The square root of the sum of squares over axes.
struct L2Reduction: ReductionDefinition {
    var axes: [Int]
    var keepsAxes: Bool
    static var blank: L2Reduction { L2Reduction(axes: [], keepsAxes: false) }
    static let attributeFields = reductionFields()
    var operation: Operation { .reduceL2(axes: axes, keepsAxes: keepsAxes) }
}

/// What the two have in common.
protocol ReductionDefinition: OperationDefinition {
    var axes: [Int] { get set }
    var keepsAxes: Bool { get set }
}

extension ReductionDefinition {
    fileprivate static func reductionFields() -> [AttributeField<Self>] {
        [AttributeField("axes", \.axes), AttributeField("keep_axes", \.keepsAxes, usual: false)]
    }

    func outputType(_ node: NodeInference) throws(GraphError) -> ValueType {
        let input = try node.floatInput()
        guard !axes.isEmpty, Set(axes).count == axes.count, axes.allSatisfy({ input.shape.indices.contains($0) }) else {
            throw node.bad("axes \(axes) of \(input)")
        }
        var shape: [Dimension] = []
        for (axis, size) in input.shape.enumerated() {
            guard axes.contains(axis) else {
                shape.append(size)
                continue
            }
            guard size != node.batch || size.fixed != nil else { throw node.bad("images of a batch are not joined") }
            guard size != .fixed(0) else { throw node.bad("axis \(axis) of \(input) is empty") }
            if keepsAxes { shape.append(.fixed(1)) }
        }
        return ValueType(shape)
    }
}
