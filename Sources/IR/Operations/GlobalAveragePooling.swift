/// The mean over height and width, both kept as 1.
struct GlobalAveragePooling: OperationDefinition {
    static var blank: GlobalAveragePooling { GlobalAveragePooling() }
    var operation: Operation { .globalAveragePool }

    func outputType(_ node: NodeInference) throws(GraphError) -> ValueType {
        let image = try node.image(try node.floatInput())
        return ValueType([image[0], image[1], .fixed(1), .fixed(1)])
    }
}
