import ConvertIR

/// ONNX Runtime's operators that are two of the standard's.
extension ONNXGraphReader {
    /// Operators of the domain com.microsoft that are read.
    static let fusedOperators = ["FusedConv", "FusedGemm"]

    /// ONNX Runtime's convolution or linear layer with an activation after it (onnxruntime docs/ContribOperators.md).
    mutating func withActivation(_ node: ONNXNode) throws {
        guard node.inputs.count <= 3, let output = node.outputs.first, let following = activation(node) else {
            throw unsupported(node, "only with an activation after it that is known here")
        }
        var layer = node
        layer.domain = ""
        layer.name = label(node) + ".layer"
        layer.outputs = [layer.name]
        if node.operatorName == "FusedConv" { try convolution(layer) } else { try gemm(layer) }
        var activation = node
        activation.inputs = layer.outputs
        activation.outputs = [output]
        try pass(activation, following)
    }

    /// The activation with its numbers, which a convolution has in a list and a linear layer under a name each; nil for others.
    private func activation(_ node: ONNXNode) -> Operation? {
        guard case .string(let name)? = node["activation"] else { return nil }
        var numbers: [Double] = []
        if case .floats(let given)? = node["activation_params"] { numbers = given.map(\.shortestDecimal) }
        for name in ["activation_alpha", "activation_beta"] {
            if case .float(let number)? = node[name] { numbers.append(number.shortestDecimal) }
        }
        switch (name, numbers.count) {
        case ("Relu", 0): return .relu
        case ("Sigmoid", 0): return .sigmoid
        case ("Tanh", 0): return .tanh
        case ("LeakyRelu", 1): return .leakyReLU(slope: numbers[0])
        case ("Clip", 2): return ONNXGraphReader.clip(numbers[0], numbers[1])
        case ("HardSigmoid", 2): return .hardSigmoid(ONNXGraphReader.hardSigmoid(numbers[0], numbers[1]))
        default: return nil
        }
    }
}
