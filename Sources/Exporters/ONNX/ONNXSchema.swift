/// Compares nodes with what the ONNX standard allows them to have (`ONNXReading.form`). A file that departs from it is refused by every
/// engine, so that nobody else would get its numbers.
enum ONNXSchema {
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
            guard let form = ONNXGraphReader.readings[node.operatorName]?.form else { continue }
            guard form.inputs.contains(node.inputs.count) else { throw refuse("\(node.inputs.count) inputs are not allowed") }
            guard form.outputs.contains(node.outputs.count) else { throw refuse("\(node.outputs.count) outputs are not allowed") }
            if let unknown = names.subtracting(form.attributes).min() { throw refuse("it has no attribute \(unknown)") }
            if names.isSuperset(of: ["auto_pad", "pads"]), case .string(let rule)? = node["auto_pad"], rule != "NOTSET" {
                throw refuse("auto_pad \(rule) and pads contradict each other")
            }
        }
    }
}
