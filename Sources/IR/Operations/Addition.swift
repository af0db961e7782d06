/// The sum of two values of equal shape.
struct Addition: OperationDefinition {
    static var blank: Addition { Addition() }
    var operation: Operation { .add }

    func outputType(_ node: NodeInference) throws(GraphError) -> ValueType {
        guard node.inputs.count == 2 else { throw node.wrongCount("2") }
        let (one, other) = (node.inputs[0], node.inputs[1])
        guard one.elements == .float32, one == other else {
            throw .wrongInput(
                node: node.node.name, operation: operation.name, expected: "two values of equal shape", found: "\(one) and \(other)")
        }
        return one
    }
}
