import ConvertIR

extension ONNXWriting {
    /// The operator is new in set 20; before, it is written as torch's exporter does.
    static func gelu(isApproximate: Bool) -> [ONNXWriting] {
        [
            ONNXWriting(opsets: 11...19) { node, names in isApproximate ? tangentGELU(node, names) : errorFunctionGELU(node, names) },
            ONNXWriting(opsets: 20...22) { node, names in
                [names.node(node, "Gelu", [], [("approximate", .string(isApproximate ? "tanh" : "none"))])]
            },
        ]
    }

    /// x · (1 + erf(x / √2)) · 0.5.
    private static func errorFunctionGELU(_ node: Node, _ names: ONNXNames) -> [ONNXNode] {
        var chain = OperatorChain(node, names)
        let scaled = chain.append("scaled", "Div", node.inputs + [chain.number("root", 2.0.squareRoot())])
        let error = chain.append("erf", "Erf", [scaled])
        return chain.finish(factor: error)
    }

    /// x · (1 + tanh(√(2/π) · (x + 0.044715 · x³))) · 0.5.
    private static func tangentGELU(_ node: Node, _ names: ONNXNames) -> [ONNXNode] {
        var chain = OperatorChain(node, names)
        let square = chain.append("square", "Mul", node.inputs + node.inputs)
        let cube = chain.append("cube", "Mul", node.inputs + [square])
        let share = chain.append("share", "Mul", [cube, chain.number("kappa", GELUConstants.kappa)])
        let sum = chain.append("sum", "Add", node.inputs + [share])
        let inner = chain.append("inner", "Mul", [sum, chain.number("beta", GELUConstants.beta)])
        let tangent = chain.append("tanh", "Tanh", [inner])
        return chain.finish(factor: tangent)
    }
}

/// The numbers in the approximation of GELU.
enum GELUConstants {
    static let kappa = 0.044715
    static let beta = (2 / Double.pi).squareRoot()
}

/// Operators one after another that are one node of the graph, with values named after it.
private struct OperatorChain {
    private let node: Node
    private let names: ONNXNames
    private var nodes: [ONNXNode] = []

    init(_ node: Node, _ names: ONNXNames) { (self.node, self.names) = (node, names) }

    mutating func number(_ name: String, _ number: Double) -> String {
        nodes.append(names.constant("\(node.name).\(name)", .float(Float(number))))
        return "\(node.name).\(name)"
    }

    mutating func append(_ name: String, _ operatorName: String, _ inputs: [String]) -> String {
        let output = "\(node.name).\(name)"
        nodes.append(ONNXNode(name: output, operatorName: operatorName, inputs: inputs, outputs: [output]))
        return output
    }

    /// x · (factor + 1) · 0.5.
    mutating func finish(factor: String) -> [ONNXNode] {
        let more = append("more", "Add", [factor, number("one", 1)])
        let whole = append("whole", "Mul", node.inputs + [more])
        let half = number("half", 0.5)
        return nodes + [ONNXNode(name: node.name, operatorName: "Mul", inputs: [whole, half], outputs: [node.output])]
    }
}
