import ConvertIR

/// ONNX Runtime's operators that are two of the standard's.
extension ONNXGraphReader {
    /// Operators of the domain com.microsoft that are read.
    static let fusedOperators = ["FusedConv", "FusedGemm"]

    /// ONNX Runtime's convolution or linear layer with an activation after it (onnxruntime docs/ContribOperators.md).
    mutating func withActivation(_ node: ONNXNode) throws {
        guard case .string("Relu")? = node["activation"], node.inputs.count <= 3, node["activation_params"] == nil,
            let output = node.outputs.first
        else { throw unsupported(node, "only with Relu after it") }
        var layer = node
        layer.domain = ""
        layer.name = label(node) + ".layer"
        layer.outputs = [layer.name]
        if node.operatorName == "FusedConv" { try convolution(layer) } else { try gemm(layer) }
        var activation = node
        activation.inputs = layer.outputs
        activation.outputs = [output]
        try pass(activation, .relu)
    }
}
