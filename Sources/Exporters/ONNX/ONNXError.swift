import ConvertFiles

/// What can be wrong with an ONNX file, or keep a model from becoming one.
package enum ONNXError: DescribedError, Equatable {
    case malformed(file: String, detail: String, offset: Int)
    case tooDeep(file: String, limit: Int, offset: Int)
    case tooLarge(file: String, detail: String)
    case badTensor(file: String, name: String, detail: String)
    case externalPlace(file: String, name: String, location: String, detail: String)
    case unsupportedOperator(file: String, node: String, operatorName: String, domain: String)
    case unsupportedUse(file: String, node: String, operatorName: String, detail: String)
    case unsupportedOpset(file: String, opset: Int)
    case noGraph(file: String)
    case nameCollision(name: String)
    case cannotHold(name: String, what: String)
    case opsetOutOfRange(Int)
    case needsOpset(Int, what: String, given: Int)
    case needsGraph(reason: String)
    case packingFailed(String)

    /// Operator sets that can be written.
    package static let writableOpsets = 11...22
    /// Operator sets whose meaning of the operators used here is known.
    static let readableOpsets = 9...25

    /// What is wrong, for people.
    package var problem: String {
        switch self {
        case .malformed(let file, let detail, let offset): "\(file), at offset \(offset): malformed protobuf: \(detail)"
        case .tooDeep(let file, let limit, let offset): "\(file), at offset \(offset): messages are nested more than \(limit) deep"
        case .tooLarge(let file, let detail): "\(file): \(detail)"
        case .badTensor(let file, let name, let detail): "\(file): tensor \(name): \(detail)"
        case .externalPlace(let file, let name, let location, let detail):
            "\(file): tensor \(name) lies in \"\(location)\", \(detail)"
        case .unsupportedOperator(let file, let node, let operatorName, let domain):
            "\(file): node \(node): the operator \(domain.isEmpty ? "" : domain + ".")\(operatorName) is not supported"
        case .unsupportedUse(let file, let node, let operatorName, let detail):
            "\(file): node \(node): \(operatorName): \(detail)"
        case .unsupportedOpset(let file, let opset):
            "\(file): operator set \(opset) is not known; known are \(ONNXError.readableOpsets.lowerBound) to \(ONNXError.readableOpsets.upperBound)"
        case .noGraph(let file): "\(file): the ONNX model has no graph"
        case .nameCollision(let name): "\(name) would be the name of two things in the ONNX file"
        case .cannotHold(let name, let what): "\(name): ONNX cannot hold \(what)"
        case .opsetOutOfRange(let opset):
            "operator set \(opset) cannot be written; \(ONNXError.writableOpsets.lowerBound) to \(ONNXError.writableOpsets.upperBound) can"
        case .needsOpset(let opset, let what, let given): "\(what) needs operator set \(opset), \(given) was asked for"
        case .needsGraph(let reason): "ONNX needs a graph: \(reason)"
        case .packingFailed(let detail): "the ONNX file could not be put together: \(detail)"
        }
    }

    /// What to do about it.
    package var remedy: String {
        switch self {
        case .malformed, .badTensor, .noGraph: "fetch the file again or export it again"
        case .tooDeep, .tooLarge: "no sound network comes near this limit: do not trust the file, convert from the checkpoint"
        case .externalPlace: "keep a copy of the data file beside the model, under the plain name that the model gives"
        case .unsupportedOperator, .unsupportedUse: "convert from the checkpoint, or simplify the ONNX file first"
        case .unsupportedOpset: "export it again with operator set 17"
        case .nameCollision: "rename the tensor"
        case .cannotHold: "choose float32, or a different format"
        case .opsetOutOfRange: "give operator set 17"
        case .needsOpset(let opset, _, _): "give operator set \(opset) or higher"
        case .needsGraph: "write .safetensors, .h5, .flat or .pth"
        case .packingFailed: "check free space, then run again"
        }
    }

    /// What the caller could decide otherwise.
    package var decisions: [Decision] {
        switch self {
        case .nameCollision: [.keyMap]
        case .cannotHold: [.precision("float32")]
        case .opsetOutOfRange: [.operatorSet(17)]
        case .needsOpset(let opset, _, _): [.operatorSet(opset)]
        default: []
        }
    }
}
