import ConvertFiles
import ConvertIR
import ConvertJSON
import ConvertKit
import Exporters
import Verifier

/// `export --json`: what was exported, and how it was checked; docs/json.md lists the members.
enum ExportJSON {
    static func document(_ report: ExportReport) -> JSONObject {
        let (request, opened, model) = (report.request, report.model.opened, report.model.found)
        let content = report.content
        var root = JSONObject([
            "format_version": .integer(1), "source": .string(opened.file.name),
            "source_bytes": .integer(Int64(opened.sources.reduce(0) { $0 + $1.bytes.count })),
            "source_format": .string(opened.format), "output": .string(request.target), "output_bytes": .integer(Int64(report.byteCount)),
            "format": .string(request.format.name), "companions": strings(report.companions),
        ])
        if let selection = opened.selection { root.append("state_dict", ResultJSON.stateDict(selection)) }
        root.append("network", network(model, content))
        root.append("tensors", .integer(Int64(content.weights.entries.count)))
        root.append("left_out", strings(model.droppedKeys))
        root.append("shared", ResultJSON.shared(content.weights))
        root.append(
            "changes",
            .object(
                JSONObject([
                    "folded_batchnorm": .boolean(request.plan.foldsBatchNorm), "normalized": .boolean(request.plan.normalizes),
                    "embedded_preprocess": request.plan.embeddedPixels.map { .string($0.rawValue) } ?? .null,
                    "dtype": request.plan.precision.map { .string($0.rawValue) } ?? .null,
                ])))
        if let folder = request.proofFolder { root.append("proof", .string(folder)) }
        root.append("checked", .string(request.checking.rawValue))
        if let verification = report.verification {
            root.append(
                "verification",
                .object(VerificationText.object(verification, export: PathText.baseName(request.target), source: opened.file.name)))
        }
        return root
    }

    /// What is printed if the output was not the same network, and nothing was written.
    static func refusal(_ report: ExportReport, _ verification: Verification) -> JSONObject {
        JSONObject([
            "format_version": .integer(1), "source": .string(report.model.name), "output": .null,
            "verification": .object(
                VerificationText.object(
                    verification, export: PathText.baseName(report.request.target), source: report.model.name)),
        ])
    }

    private static func network(_ model: OpenedModel, _ content: ExportContent) -> JSONValue {
        guard let network = content.model else {
            let reason = model.bareReason.map { ErrorText.problem($0) } ?? "there is no network"
            return .object(JSONObject(["error": .string(reason)]))
        }
        return .object(
            JSONObject([
                "architecture": .string(network.architecture.name), "hyperparameters": .object(network.architecture.hyperparameters),
                "contract": .object(network.contract.json), "nodes": .integer(Int64(network.graph.nodes.count)),
                "tensors_in_use": .integer(Int64(network.graph.weightKeys.count)), "prefix": .string(model.prefix),
            ]))
    }

    private static func strings(_ texts: [String]) -> JSONValue { .array(texts.map { .string($0) }) }
}
