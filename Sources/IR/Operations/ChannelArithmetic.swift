/// x · constant.
struct Multiplication {
    var constant: ChannelNumbers
}

/// x / constant.
struct Division {
    var constant: ChannelNumbers
}

/// x − constant.
struct Subtraction {
    var constant: ChannelNumbers
}

extension Multiplication: OperationDefinition {
    static var blank: Multiplication { Multiplication(constant: 1) }
    static let attributeFields = [AttributeField("constant", \Multiplication.constant)]
    var operation: Operation { .multiply(constant) }

    func outputType(_ node: NodeInference) throws(GraphError) -> ValueType {
        try node.arithmetic(constant, of: try node.floatInput())
    }
}

extension Division: OperationDefinition {
    static var blank: Division { Division(constant: 1) }
    static let attributeFields = [AttributeField("constant", \Division.constant)]
    var operation: Operation { .divide(constant) }

    func outputType(_ node: NodeInference) throws(GraphError) -> ValueType {
        let input = try node.floatInput()
        guard constant.values.allSatisfy({ $0 != 0 }) else { throw node.bad("its constant is \(constant)") }
        return try node.arithmetic(constant, of: input)
    }
}

extension Subtraction: OperationDefinition {
    static var blank: Subtraction { Subtraction(constant: 0) }
    static let attributeFields = [AttributeField("constant", \Subtraction.constant)]
    var operation: Operation { .subtract(constant) }

    func outputType(_ node: NodeInference) throws(GraphError) -> ValueType {
        try node.arithmetic(constant, of: try node.floatInput())
    }
}

extension NodeInference {
    /// One constant fits any value; one per channel fits as many channels.
    fileprivate func arithmetic(_ constant: ChannelNumbers, of input: ValueType) throws(GraphError) -> ValueType {
        guard constant.values.allSatisfy(\.isFinite) else { throw bad("its constant is \(constant)") }
        guard constant.single == nil else { return input }
        guard input.shape.count > 1, input.shape[1].fixed == constant.values.count else {
            throw bad("\(constant.values.count) constants for \(input)")
        }
        return input
    }
}
