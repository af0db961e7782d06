/// The same numbers, in C order, under other sizes: 0 keeps the size at its position, −1 takes what is left.
struct Reshaping {
    var shape: [Int]
}

extension Reshaping: OperationDefinition {
    static var blank: Reshaping { Reshaping(shape: []) }
    static let attributeFields = [AttributeField("shape", \Reshaping.shape)]
    var operation: Operation { .reshape(shape) }

    /// Most axes that a value has.
    private static let mostAxes = 8

    func outputType(_ node: NodeInference) throws(GraphError) -> ValueType {
        let input = try node.floatInput()
        guard !shape.isEmpty, shape.count <= Reshaping.mostAxes, shape.allSatisfy({ (-1...1 << 40) ~= $0 }),
            shape.filter({ $0 == -1 }).count <= 1
        else { throw node.bad("shape \(shape)") }
        var result: [Dimension] = []
        for (axis, size) in shape.enumerated() {
            guard size == 0 else {
                result.append(size == -1 ? .derived : .fixed(size))
                continue
            }
            guard axis < input.shape.count else { throw node.bad("axis \(axis), which is to be kept, is not in \(input)") }
            result.append(input.shape[axis])
        }
        let open = shape.firstIndex(of: -1)
        let lost = input.shape.indices.filter { input.shape[$0].fixed == nil && !($0 < shape.count && shape[$0] == 0) }
        guard let given = Reshaping.product(input.shape), let taken = Reshaping.product(result) else {
            throw node.wrong("a value that fits in memory", input)
        }
        if let open {
            guard taken > 0, given.isMultiple(of: taken) else { throw misfit(node, input) }
            switch lost.count {
            case 0: result[open] = .fixed(given / taken)
            case 1 where given == taken: result[open] = input.shape[lost[0]]
            default: result[open] = .derived
            }
        } else {
            guard lost.isEmpty, given == taken else { throw misfit(node, input) }
        }
        try checkBatch(node, input, result)
        return ValueType(result)
    }

    private func misfit(_ node: NodeInference, _ input: ValueType) -> GraphError { node.bad("\(input) cannot have the shape \(shape)") }

    /// Images must stay apart: the batch keeps an axis of its own, with as many numbers before it as there were.
    private func checkBatch(_ node: NodeInference, _ input: ValueType, _ result: [Dimension]) throws(GraphError) {
        guard let before = input.shape.firstIndex(of: node.batch), node.batch.fixed == nil else { return }
        guard let after = result.firstIndex(of: node.batch),
            Reshaping.product(Array(input.shape[..<before])) == Reshaping.product(Array(result[..<after])),
            result[..<after].allSatisfy({ $0.fixed != nil })
        else { throw node.bad("the batch of \(input) does not stay an axis of its own in the shape \(shape)") }
    }

    /// The product of the known sizes; nil if it overflows.
    static func product(_ shape: [Dimension]) -> Int? {
        var product = 1
        for size in shape.compactMap(\.fixed) {
            let (next, overflow) = product.multipliedReportingOverflow(by: size)
            guard !overflow else { return nil }
            product = next
        }
        return product
    }
}
