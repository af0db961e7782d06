/// Products of the matrices in the last two axes, as torch's `matmul`; the axes before them are repeated where one value has size 1.
struct MatrixProduct: OperationDefinition {
    static var blank: MatrixProduct { MatrixProduct() }
    var operation: Operation { .matrixProduct }

    func outputType(_ node: NodeInference) throws(GraphError) -> ValueType {
        guard node.inputs.count == 2 else { throw node.wrongCount("2") }
        let (left, right) = (node.inputs[0], node.inputs[1])
        for input in [left, right] {
            guard input.elements == .float32, input.shape.count >= 2 else { throw node.wrong("float32 matrices", input) }
        }
        let (rows, terms) = (left.shape[left.shape.count - 2], left.shape[left.shape.count - 1])
        let (otherTerms, columns) = (right.shape[right.shape.count - 2], right.shape[right.shape.count - 1])
        guard let count = terms.fixed, otherTerms.fixed == count else {
            throw .wrongInput(
                node: node.node.name, operation: operation.name, expected: "as many known columns on the left as rows on the right",
                found: "\(left) and \(right)")
        }
        guard let leading = Dimension.joined(Array(left.shape.dropLast(2)), Array(right.shape.dropLast(2))) else {
            throw .wrongInput(
                node: node.node.name, operation: operation.name, expected: "leading axes that are equal or 1", found: "\(left) and \(right)"
            )
        }
        return ValueType(leading + [rows, columns])
    }
}

extension Dimension {
    /// The sizes of two values together: axes are aligned at the end, and one of size 1 is repeated; nil if two sizes contradict each other.
    static func joined(_ one: [Dimension], _ other: [Dimension]) -> [Dimension]? {
        let rank = max(one.count, other.count)
        var result: [Dimension] = []
        for axis in 0..<rank {
            let (a, b) = (axis + one.count - rank, axis + other.count - rank)
            let (left, right) = (a < 0 ? Dimension.fixed(1) : one[a], b < 0 ? Dimension.fixed(1) : other[b])
            guard left == right || left == .fixed(1) || right == .fixed(1) else { return nil }
            result.append(left == .fixed(1) ? right : left)
        }
        return result
    }
}
