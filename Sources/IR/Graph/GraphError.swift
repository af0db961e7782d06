import ConvertFiles

/// What is wrong with a graph; each case names the node or value.
package enum GraphError: DescribedError, Equatable {
    case duplicateValue(name: String, node: String)
    case unknownValue(name: String, node: String)
    case wrongInputCount(node: String, operation: String, expected: String, found: Int)
    case missingWeight(node: String, role: String, key: String)
    case wrongWeightShape(node: String, role: String, key: String, expected: String, found: [Int])
    case wrongWeightKind(node: String, role: String, key: String, found: String)
    case wrongInput(node: String, operation: String, expected: String, found: String)
    case badAttribute(node: String, operation: String, detail: String)
    case windowTooLarge(node: String, operation: String, input: String)
    case noOutput
    case missingOutput(name: String)
    case notOneValue(kind: String, names: [String], purpose: String)
    case malformedDocument(detail: String)
    case unknownScale

    /// What is wrong, for people.
    package var problem: String {
        switch self {
        case .duplicateValue(let name, let node): "node \(node): the value \(name) is given twice"
        case .unknownValue(let name, let node): "node \(node): the value \(name) is not known before it"
        case .wrongInputCount(let node, let operation, let expected, let found):
            "node \(node): \(operation) takes \(expected) inputs, \(found) are given"
        case .missingWeight(let node, let role, let key): "node \(node): its \(role) \(key) is missing"
        case .wrongWeightShape(let node, let role, let key, let expected, let found):
            "node \(node): its \(role) \(key) has shape \(found), \(expected) is needed"
        case .wrongWeightKind(let node, let role, let key, let found): "node \(node): its \(role) \(key) is \(found), not floating-point"
        case .wrongInput(let node, let operation, let expected, let found): "node \(node): \(operation) needs \(expected), not \(found)"
        case .badAttribute(let node, let operation, let detail): "node \(node): \(operation): \(detail)"
        case .windowTooLarge(let node, let operation, let input): "node \(node): the window of \(operation) does not fit into \(input)"
        case .noOutput: "the graph has no output"
        case .missingOutput(let name): "the output \(name) is given by no node"
        case .notOneValue(let kind, let names, let purpose):
            "which \(kind) to \(purpose) is not clear: the network has \(names.isEmpty ? "none" : names.joined(separator: ", "))"
        case .unknownScale: "how pixels enter cannot be put into the graph, because the file does not say it"
        case .malformedDocument(let detail): "the description of the model is malformed: \(detail)"
        }
    }

    /// What to do about it.
    package var remedy: String {
        if case .notOneValue = self { return "leave the option out" }
        if case .unknownScale = self { return "give the mean and the deviation that the network was trained with" }
        switch self {
        case .malformedDocument: return "the file is damaged: export it again from the checkpoint"
        case .wrongInput, .windowTooLarge, .wrongWeightShape:
            return
                "these weights belong to images of another size, or to another network: name what they belong to, or keep the weights alone"
        default: return "the graph does not add up: export it again from the checkpoint, or keep the weights alone"
        }
    }
}
