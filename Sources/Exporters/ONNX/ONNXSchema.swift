/// What the ONNX standard (docs/Operators.md, sets 9 to 25) allows a node of each operator that is read here to have. A file that departs from it
/// is refused by every engine, so that its numbers would be nobody else's.
enum ONNXSchema {
    private struct Form {
        let inputs: ClosedRange<Int>
        var outputs = 1...1
        var attributes: Set<String> = []
    }

    private static let window: Set<String> = ["auto_pad", "dilations", "kernel_shape", "pads", "strides"]
    private static let reduction: Set<String> = ["axes", "keepdims", "noop_with_empty_axes"]

    private static let forms: [String: Form] = [
        "Conv": Form(inputs: 2...3, attributes: window.union(["group"])),
        "BatchNormalization": Form(inputs: 5...5, outputs: 1...5, attributes: ["epsilon", "momentum", "training_mode"]),
        "PRelu": Form(inputs: 2...2), "Relu": Form(inputs: 1...1), "Add": Form(inputs: 2...2), "Sub": Form(inputs: 2...2),
        "Mul": Form(inputs: 2...2), "Div": Form(inputs: 2...2), "Concat": Form(inputs: 1...Int.max, attributes: ["axis"]),
        "MaxPool": Form(inputs: 1...1, outputs: 1...2, attributes: window.union(["ceil_mode", "storage_order"])),
        "AveragePool": Form(inputs: 1...1, attributes: window.union(["ceil_mode", "count_include_pad"])),
        "GlobalAveragePool": Form(inputs: 1...1), "ReduceMean": Form(inputs: 1...2, attributes: reduction),
        "ReduceL2": Form(inputs: 1...2, attributes: reduction), "MatMul": Form(inputs: 2...2),
        "Gemm": Form(inputs: 2...3, attributes: ["alpha", "beta", "transA", "transB"]),
        "Flatten": Form(inputs: 1...1, attributes: ["axis"]), "Reshape": Form(inputs: 2...2, attributes: ["allowzero"]),
        "Squeeze": Form(inputs: 1...2, attributes: ["axes"]), "Unsqueeze": Form(inputs: 1...2, attributes: ["axes"]),
        "Transpose": Form(inputs: 1...1, attributes: ["perm"]), "Softmax": Form(inputs: 1...1, attributes: ["axis"]),
        "Clip": Form(inputs: 1...3, attributes: ["max", "min"]), "Max": Form(inputs: 1...Int.max), "Expand": Form(inputs: 2...2),
        "LpNormalization": Form(inputs: 1...1, attributes: ["axis", "p"]), "Identity": Form(inputs: 1...1),
        "Dropout": Form(inputs: 1...3, outputs: 1...2, attributes: ["ratio", "seed"]),
        "Cast": Form(inputs: 1...1, attributes: ["round_mode", "saturate", "to"]),
    ]

    /// Throws `ONNXError.unsupportedUse`, with the node.
    static func check(_ model: ONNXModel, file: String) throws(ONNXError) {
        // Every operator read here gives floating-point numbers; shapes are computed and are not outputs. 0 is left out.
        let floats = [0, ONNXElementType.float32, ONNXElementType.float16, ONNXElementType.float64, ONNXElementType.bfloat16]
        for value in model.outputs where !floats.contains(value.elementType) {
            throw .unsupportedUse(
                file: file, node: value.name, operatorName: "output", detail: "it is said to hold elements of type \(value.elementType)")
        }
        for node in model.nodes where ["", "ai.onnx"].contains(node.domain) {
            func refuse(_ detail: String) -> ONNXError {
                let name = node.name.isEmpty ? node.outputs.first ?? "(unnamed)" : node.name
                return .unsupportedUse(file: file, node: name, operatorName: node.operatorName, detail: detail)
            }
            var names: Set<String> = []
            for attribute in node.attributes where !names.insert(attribute.name).inserted {
                throw refuse("the attribute \(attribute.name) is given twice")
            }
            guard let form = forms[node.operatorName] else { continue }
            guard form.inputs.contains(node.inputs.count) else { throw refuse("\(node.inputs.count) inputs are not allowed") }
            guard form.outputs.contains(node.outputs.count) else { throw refuse("\(node.outputs.count) outputs are not allowed") }
            if let unknown = names.subtracting(form.attributes).min() { throw refuse("it has no attribute \(unknown)") }
            if names.isSuperset(of: ["auto_pad", "pads"]), case .string(let rule)? = node["auto_pad"], rule != "NOTSET" {
                throw refuse("auto_pad \(rule) and pads contradict each other")
            }
        }
    }
}
