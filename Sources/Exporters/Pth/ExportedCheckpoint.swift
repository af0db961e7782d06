import ConvertIR
import ConvertJSON
import ConvertTensors
import PthReader

/// The dictionary that a `.pth` holds when its content comes from any format: scalars first, then the state dict.
enum ExportedCheckpoint {
    static func root(of content: ExportContent) -> CheckpointValue {
        let weights = content.weights
        let state = CheckpointDictionary(
            kind: .orderedDict,
            entries: weights.entries.map { .init(key: .string($0.name), value: .tensor(TorchTensor($0.tensor, location: "cpu"))) })
        if let model = content.model { return root(of: model, state: state) }
        if place(of: content).isEmpty { return .dictionary(state) }
        var entries = scalars(weights.metadata)
        var nested = CheckpointValue.dictionary(state)
        let components = place(of: content)
        for name in components.dropFirst().reversed() {
            nested = .dictionary(CheckpointDictionary(entries: [.init(key: .string(name), value: nested)]))
        }
        entries.append(.init(key: .string(components[0]), value: nested))
        return .dictionary(CheckpointDictionary(entries: entries))
    }

    /// Path of the state dict in what is written; empty for the root.
    static func place(of content: ExportContent) -> [String] {
        if content.model != nil { return ["backbone_state_dict"] }
        let components = content.weights.provenance.stateDictPath.split(separator: ".").map(String.init)
        if !components.isEmpty { return components }
        return content.weights.metadata.members.isEmpty ? [] : ["state_dict"]
    }

    /// Fills in the entries that the reference project's programs look up, if the checkpoint lacks them.
    private static func root(of model: Model, state: CheckpointDictionary) -> CheckpointValue {
        var metadata = model.weights.metadata
        metadata.append("backbone", .string(model.architecture.name))
        metadata.append("model_arch", .string(model.architecture.name))
        if let size = model.contract.height { metadata.append("image_size", .integer(Int64(size))) }
        if let length = model.contract.embeddingLength { metadata.append("embedding_size", .integer(Int64(length))) }
        let document = ModelDocument.besideMetadata(model)
        var entries = scalars(metadata)
        entries.append(.init(key: .string(PthFormat.documentKey), value: .string(document.text)))
        entries.append(.init(key: .string("backbone_state_dict"), value: .dictionary(state)))
        return .dictionary(CheckpointDictionary(entries: entries))
    }

    private static func scalars(_ metadata: Metadata) -> [CheckpointDictionary.Entry] {
        metadata.members.map { member in
            let value: CheckpointValue =
                switch member.value {
                case .boolean(let flag): .boolean(flag)
                case .integer(let number): .integer(number)
                case .number(let number): .float(number)
                case .string(let text): .string(text)
                case .unsigned(let number):
                    .bigInteger("\(number)", twosComplement: number.littleEndianBytes + [0])
                default: .none
                }
            return .init(key: .string(member.key), value: value)
        }
    }
}
