import Files
import IR
import JSON
import PthReader
import Tensors

/// PyTorch checkpoints: joins the container's reader with the two nouns of the project.
public enum PthFormat: FileFormat {
    /// The format's name.
    public static let name = "pth"
    /// Endings of its files.
    public static let extensions = ["pth", "pt", "ckpt", "bin"]
    /// Training programs expect the source's tensors.
    public static let capabilities = FormatCapabilities(holdsBareWeights: true, promisesSourceTensors: true)
    /// Top-level entry with the model's document, as text.
    static let documentKey = "convert_model"

    /// Whether the content is of this format.
    public static func recognises(_ bytes: ByteView) -> Bool { ContainerKind.recognise(bytes) != nil }

    /// Opens a checkpoint; a missing state dict is told in the result, so that the rest can still be shown.
    public static func open(_ file: MappedFile, options: OpenOptions) throws -> OpenedFile {
        let checkpoint = try Checkpoint(file)
        var selection: StateDictSelection?
        var failure: PthError?
        do throws(PthError) {
            selection = try StateDictSelection(in: checkpoint.root, file: file.path, path: options.stateDictPath)
        } catch {
            failure = error
        }
        let document = try storedDocument(checkpoint.root)
        let weights = selection.map { selection in
            Weights(
                entries: selection.dictionary.entries.compactMap { entry in
                    guard case .string(let name) = entry.key, case .tensor(let tensor) = entry.value else { return nil }
                    return Weights.Entry(name: name, tensor: tensor.tensor)
                },
                metadata: PthMetadata.scalars(of: checkpoint.root),
                provenance: document?.provenance ?? Provenance(source: file.name, format: name, stateDictPath: selection.path))
        }
        return OpenedFile(
            file: file, format: name, facts: checkpoint.facts, weights: weights, document: document, selection: selection,
            stateDictError: failure, groups: PthByteGroups.account(checkpoint, stateDictPath: selection?.path),
            checksums: checkpoint.checksums,
            checkpoint: checkpoint)
    }

    private static func storedDocument(_ root: CheckpointValue) throws -> ModelDocument? {
        guard case .dictionary(let dictionary) = root, case .string(let text)? = dictionary[documentKey] else { return nil }
        return try ModelDocument(text: Array(text.utf8))
    }

    /// Writes the dictionary that the reference project's programs load.
    public static func write(_ content: ExportContent, to output: OutputFile, options: ExportOptions) throws -> [OutputFile] {
        try PthWriter.write(ExportedCheckpoint.root(of: content), to: output)
        return []
    }
}

/// The numbers and texts at a checkpoint's top level.
enum PthMetadata {
    static func scalars(of root: CheckpointValue) -> Metadata {
        var metadata = Metadata()
        guard case .dictionary(let dictionary) = root else { return metadata }
        for entry in dictionary.entries {
            guard case .string(let key) = entry.key, key != PthFormat.documentKey, let value = plain(entry.value) else { continue }
            metadata.append(key, value)
        }
        return metadata
    }

    /// A scalar as JSON; nil for anything with parts.
    static func plain(_ value: CheckpointValue) -> JSONValue? {
        switch value {
        case .none: .null
        case .boolean(let flag): .boolean(flag)
        case .integer(let number): .integer(number)
        case .bigInteger(let text, _): .string(text)
        case .float(let number): .number(number)
        case .string(let text), .path(let text), .date(let text), .torchDType(let text), .numpyDType(let text), .device(let text):
            .string(text)
        case .numpyScalar(let scalar): plain(scalar.value)
        default: nil
        }
    }
}

/// Every byte of a checkpoint, by the group that it serves.
enum PthByteGroups {
    static func account(_ checkpoint: Checkpoint, stateDictPath: String?) -> [OpenedFile.Group] {
        // A storage that several groups share belongs to the first of them in this order.
        var owner: [ObjectIdentifier: CheckpointGroup] = [:]
        func claim(_ value: CheckpointValue, for group: CheckpointGroup) {
            value.walk { _, inner in
                for storage in inner.ownStorages {
                    let id = ObjectIdentifier(storage)
                    if owner[id].map({ rank(group) < rank($0) }) ?? true { owner[id] = group }
                }
            }
        }
        if case .dictionary(let dictionary) = checkpoint.root, stateDictPath != "" {
            for entry in dictionary.entries {
                let key = entry.key.pathComponent
                claim(entry.value, for: CheckpointGroup.of(key: key, value: entry.value, stateDictPath: stateDictPath ?? "\u{0}"))
            }
        } else {
            claim(checkpoint.root, for: stateDictPath == nil ? .other : .backbone)
        }
        var bytes: [String: Int] = [:]
        var named = 0
        for region in checkpoint.regions {
            named += region.byteCount
            let group: String
            if let storage = region.storage {
                group = owner[ObjectIdentifier(storage)]?.rawValue ?? "unused storages"
            } else if region.name.hasSuffix("data.pkl") || region.name.contains("pickle") || region.name == "tensors" {
                group = "pickle"
            } else if region.name.split(separator: "/").dropLast().last == "data" {
                group = "unused storages"
            } else {
                group = "container"
            }
            bytes[group, default: 0] += region.byteCount
        }
        bytes["container", default: 0] += max(0, checkpoint.file.bytes.count - named)
        let order = CheckpointGroup.allCases.map(\.rawValue) + ["unused storages", "pickle", "container"]
        return order.compactMap { name in bytes[name].map { OpenedFile.Group(name: name, byteCount: $0) } }
    }

    private static func rank(_ group: CheckpointGroup) -> Int { CheckpointGroup.allCases.firstIndex(of: group) ?? 0 }
}
