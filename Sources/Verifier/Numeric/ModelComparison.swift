import ConvertFiles
import ConvertIR
import Exporters

/// Compares an export, read back from disk, with what was written: every tensor bit by bit, and graph, contract and family.
package enum ModelComparison {
    /// Throws `BitwiseDifference` or `ExportError.differs`.
    package static func check(_ opened: OpenedFile, against content: ExportContent, file: String) throws {
        guard let weights = opened.weights else { throw BitwiseDifference.missing(file: file, name: "the state dict") }
        try BitwiseComparison.check(weights, against: content.weights, file: file)
        guard let model = content.model else { return }
        let back = try OpenedModel(opened)
        guard let found = back.content.model else {
            throw ExportError.differs(file: file, what: "its graph is gone")
        }
        guard found.contract == model.contract else {
            throw ExportError.differs(file: file, what: "the input contract is \(found.contract.summary), not \(model.contract.summary)")
        }
        guard found.architecture == model.architecture else {
            throw ExportError.differs(file: file, what: "the architecture is \(found.architecture.name), not \(model.architecture.name)")
        }
        guard found.graph.inputs == model.graph.inputs, found.graph.outputs == model.graph.outputs else {
            throw ExportError.differs(file: file, what: "the graph's inputs or outputs differ")
        }
        let (nodes, written) = (found.graphInPlainSpelling.nodes, model.graphInPlainSpelling.nodes)
        for (node, expected) in zip(nodes, written) where node != expected {
            throw ExportError.differs(file: file, what: "the node \(node.name) is not \(expected.name) as it was written")
        }
        guard nodes.count == written.count else {
            throw ExportError.differs(
                file: file, what: "the graph has \(nodes.count) nodes, not \(written.count)")
        }
    }
}
