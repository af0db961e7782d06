/// min(max(x, minimum), maximum); a bound that is infinite is none.
struct Clip {
    var minimum: Double
    var maximum: Double
}

extension Clip: OperationDefinition {
    static var blank: Clip { Clip(minimum: -.infinity, maximum: .infinity) }
    static let attributeFields = [
        // JSON has no infinity, so that a missing bound is not written.
        AttributeField("minimum", \Clip.minimum, usual: -.infinity, isLeftOutOfDocuments: true),
        AttributeField("maximum", \Clip.maximum, usual: .infinity, isLeftOutOfDocuments: true),
    ]
    var operation: Operation { .clip(minimum: minimum, maximum: maximum) }

    func outputType(_ node: NodeInference) throws(GraphError) -> ValueType {
        let input = try node.floatInput()
        let largest = Double(Float.greatestFiniteMagnitude)
        guard minimum <= maximum, minimum < largest, maximum > -largest,
            [minimum, maximum].allSatisfy({ $0.isInfinite || abs($0) < largest })
        else { throw node.bad("from \(minimum) to \(maximum)") }
        return input
    }
}
