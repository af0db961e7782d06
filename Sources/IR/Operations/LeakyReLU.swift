/// max(0, x) + slope · min(0, x), with a slope that is a constant of the network and not a weight.
struct LeakyReLU {
    var slope: Double
}

extension LeakyReLU: OperationDefinition {
    static var blank: LeakyReLU { LeakyReLU(slope: 0) }
    static let attributeFields = [AttributeField("slope", \LeakyReLU.slope)]
    var operation: Operation { .leakyReLU(slope: slope) }

    func outputType(_ node: NodeInference) throws(GraphError) -> ValueType {
        let input = try node.floatInput()
        guard slope.isFinite else { throw node.bad("slope is \(slope)") }
        return input
    }
}
