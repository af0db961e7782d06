import ConvertFiles
import ConvertIR
import ConvertKit
import Exporters

/// A network as `inspect` shows it.
enum NetworkText {
    /// Lines for people.
    static func lines(_ inspection: Inspection) -> [String] {
        guard let network = inspection.network, let model = network.content.model else {
            return ["network: none; \(inspection.networkFailure.map(ErrorText.line) ?? "there are no weights")"]
        }
        var lines = [
            "network: \(model.architecture.name), \(model.graph.nodes.count) nodes (--graph lists them)",
            "  input: \(model.contract.summary)",
        ]
        lines.append("  layers: \(LayerText.line(LayerText.counts(model.graph)))")
        if let cost = model.multiplyAdds { lines.append("  cost: \(amount(cost)) multiply-adds per image") }
        if let family = network.found.graphFamily {
            lines.append("  family: \(family), by its graph alone; how images enter is assumed from it")
        }
        for origin in [FactOrigin.assumed, .given, .stated, .unknown] {
            let words = model.facts(origin)
            if !words.isEmpty { lines.append("  \(origin.rawValue): \(words.joined(separator: ", "))") }
        }
        if let project = network.found.assumedProject, !model.contract.origins.facts(.assumed).isEmpty {
            lines.append(
                "  as in \(project.name); \(project.others.joined(separator: ", ")) \(project.others.count == 1 ? "uses" : "use") the same keys (--assume-like NAME)"
            )
        }
        lines += network.found.remarks.map { "  note: \($0)" }
        for input in model.graph.inputs { lines.append("  in   \(input.name) \(input.type)") }
        for output in model.graph.outputs { lines.append("  out  \(output) \(model.valueTypes[output].map { "\($0)" } ?? "")") }
        let unused = model.unusedKeys.count
        lines.append("  \(model.graph.weightKeys.count) tensors in use, \(unused) not")
        if let passedOver = network.found.passedOver {
            lines.append(
                "  the file's own graph is not used; the network was recognized by its keys and shapes: \(ErrorText.line(passedOver))")
        }
        let dropped = network.found.droppedKeys
        if !dropped.isEmpty { lines.append("  not part of the embedding: \(dropped.joined(separator: ", "))") }
        return lines
    }

    /// Such as `2.63 billion`.
    static func amount(_ number: Int) -> String {
        for (unit, name) in [(1e9, "billion"), (1e6, "million")] where Double(number) >= unit {
            return "\(NumberText.fixed(Double(number) / unit, 2)) \(name)"
        }
        return NumberText.grouped(number)
    }
}
