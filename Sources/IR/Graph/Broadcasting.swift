extension NodeInference {
    /// The type of two float32 values that are combined number by number. Both have as many axes; an axis of size 1 in one of them is repeated
    /// along the other's, as NumPy does. A size that is not known is taken to be as large as the other's.
    func broadcast() throws(GraphError) -> ValueType {
        guard inputs.count == 2 else { throw wrongCount("2") }
        let (one, other) = (inputs[0], inputs[1])
        let wrong = GraphError.wrongInput(
            node: node.name, operation: node.operation.name, expected: "two values of equal shape, but for axes of size 1",
            found: "\(one) and \(other)")
        guard one.elements == .float32, other.elements == .float32, one.shape.count == other.shape.count else { throw wrong }
        var shape: [Dimension] = []
        for (left, right) in zip(one.shape, other.shape) {
            guard left == right || left == .fixed(1) || right == .fixed(1) else { throw wrong }
            shape.append(left == .fixed(1) ? right : left)
        }
        return ValueType(shape)
    }
}
