/// Whole numbers to float32.
struct ConversionToFloat: OperationDefinition {
    static var blank: ConversionToFloat { ConversionToFloat() }
    var operation: Operation { .convertToFloat }

    func outputType(_ node: NodeInference) throws(GraphError) -> ValueType { ValueType(try node.input().shape) }
}
