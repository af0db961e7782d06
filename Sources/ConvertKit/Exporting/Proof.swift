import ConvertFiles
import ConvertIR
import ConvertInference
import Exporters
import Verifier

/// What an exported network gives for seeded images, so that it can be checked on a different engine without this project.
enum Proof {
    /// Runs the network as it is written and puts the files under temporary names. Nil for bare weights, which no ONNX file holds.
    static func write(_ folder: String, content: ExportContent, request: ExportRequest, inputs: [FileIdentity]) throws -> ONNXProof? {
        guard let model = content.model, let entry = model.graph.inputs.first else { return nil }
        let images = try model.contract.standardize(try NumericComparison.seeded(for: model, count: 2).batch)
        var options = FastExecutor.Options()
        // Whoever compares should meet the other engine's rounding, not this one's.
        options.isExact = true
        let outputs = try FastExecutor(model, options: options).run(images)
        return try ONNXProof(
            folder: folder, model: PathText.baseName(request.target),
            inputs: [
                ONNXProof.Array(
                    name: entry.name, shape: images.shape, values: images.values, isWhole: entry.type.elements == .uint8)
            ],
            outputs: outputs.map { ONNXProof.Array(name: $0.name, shape: $0.batch.shape, values: $0.batch.values) },
            replacing: request.isReplacing, sources: inputs)
    }
}
