/// The maximum over height and width, both kept as 1.
struct GlobalMaxPooling: OperationDefinition {
    static var blank: GlobalMaxPooling { GlobalMaxPooling() }
    var operation: Operation { .globalMaxPool }

    func outputType(_ node: NodeInference) throws(GraphError) -> ValueType {
        let image = try node.image(try node.floatInput())
        return ValueType([image[0], image[1], .fixed(1), .fixed(1)])
    }
}
