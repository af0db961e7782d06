/// Values joined along an axis.
struct Concatenation {
    var axis: Int
}

extension Concatenation: OperationDefinition {
    static var blank: Concatenation { Concatenation(axis: 0) }
    static let attributeFields = [AttributeField("axis", \Concatenation.axis)]
    var operation: Operation { .concatenate(axis: axis) }

    func outputType(_ node: NodeInference) throws(GraphError) -> ValueType {
        guard var result = node.inputs.first else { throw node.wrongCount("1 or more") }
        guard result.shape.indices.contains(axis) else { throw node.bad("axis \(axis) is not in \(result)") }
        for input in node.inputs.dropFirst() {
            guard input.elements == result.elements, input.shape.count == result.shape.count else { throw node.wrong("\(result)", input) }
            for dimension in result.shape.indices where dimension != axis && input.shape[dimension] != result.shape[dimension] {
                throw node.wrong("\(result) but for axis \(axis)", input)
            }
            if let one = result.shape[axis].fixed, let other = input.shape[axis].fixed {
                let (sum, overflow) = one.addingReportingOverflow(other)
                guard !overflow else { throw node.wrong("a value that fits in memory", input) }
                result.shape[axis] = .fixed(sum)
            } else {
                result.shape[axis] = .derived
            }
        }
        return result
    }
}
