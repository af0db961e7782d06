import Exporters
import IR

/// The network that a file holds, as `inspect` tells it.
struct InspectNetwork {
    /// The model; nil where there is none.
    let model: Model?
    /// Keys that are not part of the embedding.
    let droppedKeys: [String]
    /// Why the file's own graph is not the model's.
    let passedOver: String?
    /// Why there is no model.
    let reason: String?
    /// What a user should know about the network.
    let remarks: [String]

    init(_ opened: OpenedFile, choice: OpenedModel.Choice) {
        do {
            let found = try OpenedModel(opened, choice: choice)
            model = found.content.model
            droppedKeys = found.droppedKeys
            passedOver = found.passedOver.map { "\($0)" }
            reason = found.bareReason.map { "\($0)" }
            remarks = found.remarks
        } catch {
            (model, droppedKeys, passedOver, reason, remarks) = (nil, [], nil, "\(error)", [])
        }
    }

    /// Lines for people.
    var lines: [String] {
        guard let model else { return opened(reason) }
        var lines = [
            "network: \(model.architecture.name), \(model.graph.nodes.count) nodes (--graph lists them)",
            "  input: \(model.contract.summary)",
        ]
        for origin in [FactOrigin.assumed, .given, .stated, .unknown] {
            let words = model.facts(origin)
            if !words.isEmpty { lines.append("  \(origin.rawValue): \(words.joined(separator: ", "))") }
        }
        lines += remarks.map { "  note: \($0)" }
        for input in model.graph.inputs { lines.append("  in   \(input.name) \(input.type)") }
        for output in model.graph.outputs { lines.append("  out  \(output) \(model.valueTypes[output].map { "\($0)" } ?? "")") }
        let unused = model.unusedKeys.count
        lines.append("  \(model.graph.weightKeys.count) tensors in use, \(unused) not")
        if let passedOver { lines.append("  the file's own graph is passed over, keys and shapes told the network: \(passedOver)") }
        if !droppedKeys.isEmpty { lines.append("  not part of the embedding: \(droppedKeys.joined(separator: ", "))") }
        return lines
    }

    private func opened(_ reason: String?) -> [String] { ["network: none; \(reason ?? "there are no weights")"] }

    /// The graph as text or in the DOT language. Throws where there is no graph.
    static func graph(_ opened: OpenedFile, choice: OpenedModel.Choice, asDOT: Bool) throws -> String {
        let found = try OpenedModel(opened, choice: choice)
        guard let model = found.content.model else { throw found.bareReason ?? ExportError.needsNetwork(reason: "these are bare weights") }
        return asDOT ? model.graph.dot(types: model.valueTypes) : model.graph.text(types: model.valueTypes)
    }
}
