import ConvertIR

extension ONNXWriting {
    /// ONNX has no such operator: it is a pooling if the parts are equal, and cannot be held otherwise.
    static func adaptiveAveragePool(_ size: Size2D) -> [ONNXWriting] {
        [
            ONNXWriting { node, names in
                if size == Size2D(1) { return [names.node(node, "GlobalAveragePool")] }
                let shape = names.sizes(node.inputs.first)
                guard shape.count == 4, let height = shape[2], let width = shape[3], height.isMultiple(of: size.height),
                    width.isMultiple(of: size.width)
                else { return [] }
                let window = pair(Size2D(height / size.height, width / size.width))
                return [names.node(node, "AveragePool", [], [("kernel_shape", window), ("strides", window)])]
            }
        ]
    }
}
