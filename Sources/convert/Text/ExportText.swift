import ConvertFiles
import ConvertIR
import ConvertKit
import Exporters
import Verifier

/// What an export reports when it is done.
enum ExportText {
    static func lines(_ report: ExportReport, isVerbose: Bool) -> [String] {
        let (request, opened, model) = (report.request, report.model.opened, report.model.found)
        let (outcome, content, verification) = (report.export.outcome, report.content, report.verification)
        let before = opened.byteCount
        var lines = [
            "\(opened.file.name) (\(NumberText.bytes(before))) -> \(request.target) (\(NumberText.bytes(report.byteCount)), \(request.format.name)"
                + (report.companions.isEmpty ? "" : ", data in \(report.companions.joined(separator: ", "))") + ")"
        ]
        if let selection = opened.selection { lines += StateDictText.lines(selection) }
        lines += opened.warnings.map { "note: \($0)" }
        if let network = content.model {
            lines.append(
                "network: \(network.architecture.name), \(network.graph.nodes.count) nodes, "
                    + "\(network.graph.weightKeys.count) of \(network.weights.entries.count) tensors in use"
                    + (model.prefix.isEmpty ? "" : ", all under the prefix \(model.prefix)"))
            lines.append("input: \(network.contract.summary)")
            if let assumed = network.assumedLine { lines.append(assumed) }
            lines += model.remarks.map { "note: \($0)" }
        } else {
            // What is wrong only: the remedy, bare weights, is what was just written.
            let reason = model.bareReason.map { ErrorText.problem($0) } ?? "there is no network"
            lines.append("weights alone: \(reason)")
        }
        lines += StateDictText.nonTensors(model.nonTensors, metadata: opened.selection?.path == "" ? content.weights.metadata : Metadata())
        if let name = model.unknownName {
            lines.append("note: no family is called \(name); the network was recognized by its keys and shapes")
        }
        if let reason = model.passedOver {
            lines.append(
                "note: the file's own graph is not used; the network was recognized by its keys and shapes: \(ErrorText.line(reason))")
        }
        if !model.droppedKeys.isEmpty { lines.append("left out: \(model.droppedKeys.joined(separator: ", ")) (not part of the embedding)") }
        if request.plan.foldsBatchNorm { lines.append("folded: batch normalization into the layer before it, wherever that is exact") }
        if let precision = request.plan.precision, precision != .float32 {
            lines.append(
                "rounded: weights to \(precision.rawValue); inputs, outputs and arithmetic stay float32"
                    + (outcome.zeros > 0 ? "; \(NumberText.counted(outcome.zeros, "number")) other than 0 became 0" : ""))
        }
        for alias in content.weights.aliases { lines.append("shared: \(alias.name) is \(alias.of)") }
        if request.format.capabilities.holdsAnyValue { lines.append(LoadingLine.text(content, file: request.target)) }
        if let folder = request.proofFolder {
            lines.append("proof: \(folder), seeded input and outputs for any other engine (see its README.md)")
        }
        switch request.checking {
        case .full, .tensors:
            lines.append(
                "checked: \(NumberText.counted(content.weights.entries.count, "tensor")) read back from disk, bit for bit the same"
                    + (content.model == nil ? "" : "; graph and input contract as well"))
            if let verification {
                if isVerbose { lines += VerificationText.lines(verification, isVerbose: true).map { "  " + $0 } }
                lines.append(VerificationText.verdictLine(verification))
            } else if content.model == nil {
                lines.append("verified: the same weights; there is no network to run")
            } else {
                lines.append("verified: the same tensors, graph and input contract; the networks were not run, as asked")
            }
        case .none: lines.append("not checked, as asked")
        }
        return lines
    }
}
