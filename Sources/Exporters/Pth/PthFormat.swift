import ConvertFiles
import ConvertIR
import ConvertJSON
import ConvertTensors
import PthReader

/// PyTorch checkpoints: turns a container's values into weights and a model's document.
package enum PthFormat: FileFormat {
    /// The format's name.
    package static let name = "pth"
    /// Extensions of its files.
    package static let extensions = ["pth", "pt", "ckpt", "bin"]
    /// Training programs expect the source's tensors.
    package static let capabilities = FormatCapabilities(holdsBareWeights: true, promisesSourceTensors: true, holdsAnyValue: true)
    /// Top-level entry that holds the model's document, as text.
    static let documentKey = "convert_model"

    /// Whether the content is any of the containers that torch writes.
    package static func recognizes(_ bytes: ByteView) -> Bool { ContainerKind.recognize(bytes) != nil }

    /// Opens a checkpoint. A missing state dict is reported in the result, so that the rest can still be shown.
    package static func open(_ file: MappedFile, options: OpenOptions) throws -> OpenedFile {
        let checkpoint = try Checkpoint(file)
        var selection: StateDictSelection?
        var failure: PthError?
        do throws(PthError) {
            selection = try StateDictSelection(in: checkpoint.root, file: file.path, path: options.stateDictPath)
        } catch {
            failure = error
        }
        if options.dequantizes { selection = try selection?.dequantized() }
        let document = try storedDocument(checkpoint.root)
        let weights = selection.map { selection in
            Weights(
                entries: selection.dictionary.entries.compactMap { entry in
                    guard case .string(let name) = entry.key, case .tensor(let tensor) = entry.value else { return nil }
                    return Weights.Entry(name: name, tensor: tensor.tensor)
                },
                metadata: PthMetadata.scalars(of: checkpoint.root),
                provenance: document?.provenance ?? Provenance(source: file.name, format: name, stateDictPath: selection.path),
                epsilons: selection.dictionary.epsilons)
        }
        return OpenedFile(
            file: file, format: name, facts: checkpoint.facts, weights: weights, document: document, selection: selection,
            stateDictError: failure, groups: PthByteGroups.account(checkpoint, stateDictPath: selection?.path),
            checksums: NamedChecksums.of(checkpoint, selection: selection),
            checkpoint: checkpoint)
    }

    private static func storedDocument(_ root: CheckpointValue) throws -> ModelDocument? {
        guard case .dictionary(let dictionary) = root, case .string(let text)? = dictionary[documentKey] else { return nil }
        return try ModelDocument(text: Array(text.utf8))
    }

    /// Writes the dictionary that the reference project's programs load.
    package static func write(_ content: ExportContent, to output: OutputFile, options: ExportOptions) throws -> [OutputFile] {
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

    /// A scalar as JSON; nil for values with parts.
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
