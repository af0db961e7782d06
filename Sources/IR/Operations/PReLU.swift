/// max(0, x) + slope · min(0, x), with a slope per channel or one for all.
struct PReLU {
    var slope: String
}

extension PReLU: OperationDefinition {
    static var blank: PReLU { PReLU(slope: "") }
    static let weightFields = [WeightField("slope", \PReLU.slope)]
    var operation: Operation { .prelu(slope: slope) }

    func outputType(_ node: NodeInference) throws(GraphError) -> ValueType {
        let input = try node.floatInput()
        let shape = try node.weightShape("slope", slope)
        if shape != [1] { try node.expect("slope", slope, [try node.channelCount(input)]) }
        return input
    }
}
