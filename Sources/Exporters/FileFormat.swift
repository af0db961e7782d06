import ConvertFiles
import ConvertIR
import PthReader

/// A file format that can be recognized by content, read, and written.
package protocol FileFormat: Sendable {
    /// The name that people use, such as `safetensors`.
    static var name: String { get }
    /// File name extensions, lower case, without the dot.
    static var extensions: [String] { get }
    /// What the format can hold, and what its readers expect.
    static var capabilities: FormatCapabilities { get }
    /// Whether these are the bytes of a file in this format.
    static func recognizes(_ bytes: ByteView) -> Bool
    /// Opens a file in this format; throws the format's own error if it is malformed.
    static func open(_ file: MappedFile, options: OpenOptions) throws -> OpenedFile
    /// Writes to `output`; the caller flushes, reads back and commits. Returns companion files, which must be committed first.
    static func write(_ content: ExportContent, to output: OutputFile, options: ExportOptions) throws -> [OutputFile]
}

/// What a format can hold, and what its readers expect.
package struct FormatCapabilities: Sendable {
    /// Whether it can hold weights without a graph.
    package let holdsBareWeights: Bool
    /// Whether readers expect the source's own tensors in it, so that folding would break a promise.
    package let promisesSourceTensors: Bool
    /// Whether it can hold any plain value of a checkpoint, not only a state dict and scalars.
    package var holdsAnyValue = false
}

/// How a file is opened.
package struct OpenOptions: Sendable {
    /// Dotted path of the state dict, for formats that can hold several; nil to choose one automatically.
    package var stateDictPath: String?
    /// Whether quantized tensors are read as float32.
    package var dequantizes: Bool
    /// Where companion files really are, keyed by the name that the opened file uses: outputs that have not been moved into place yet.
    package var companions: [String: String]

    /// Options; the defaults open the file as it is.
    package init(stateDictPath: String? = nil, dequantizes: Bool = false, companions: [String: String] = [:]) {
        self.stateDictPath = stateDictPath
        self.dequantizes = dequantizes
        self.companions = companions
    }
}

/// What is written: a whole model, or weights alone.
package enum ExportContent: Sendable {
    case model(Model)
    case weights(Weights)

    /// The tensors of either.
    package var weights: Weights {
        switch self {
        case .model(let model): model.weights
        case .weights(let weights): weights
        }
    }

    /// The model; nil for bare weights.
    package var model: Model? { if case .model(let model) = self { model } else { nil } }

    /// Everything but the tensors.
    package var document: ModelDocument {
        switch self {
        case .model(let model): ModelDocument(model)
        case .weights(let weights): ModelDocument(weights)
        }
    }
}

/// Format-specific settings; each format reads its own and ignores the rest.
public struct ExportOptions: Sendable {
    /// ONNX operator set.
    public var opset = 17
    /// ONNX: whether tensors go to a second file next to the model.
    public var usesExternalData = false
    /// HDF5: gzip level from 1 to 9; nil for no compression.
    public var compressionLevel: Int?
    /// Files that must not be overwritten because the export reads them.
    package var inputs: [FileIdentity] = []
    /// Whether companion files may replace existing ones.
    package var isReplacing = false

    /// The defaults.
    public init() {}
}

/// All formats, one line each. Files are read by content and written by the output's extension.
package enum FormatRegistry {
    /// All formats; the first that recognizes a file reads it.
    package static let formats: [any FileFormat.Type] = [
        FlatFormat.self,
        ONNXFormat.self,
        HDF5Format.self,
        SafetensorsFormat.self,
        PthFormat.self,
    ]

    /// Opens a file by its content: one of the formats, or the index of a sharded checkpoint. Throws an error that names the content, if
    /// possible, when no format recognizes it; likewise for a folder.
    package static func open(_ path: String, options: OpenOptions = OpenOptions()) throws -> OpenedFile {
        let file = try mapped(path)
        if ShardIndex.recognizes(file.bytes) { return try ShardedCheckpoint.open(file, options: options) }
        // The first byte of zstd could also begin a pickle.
        if let packed = PackedContent.refusal(file.bytes) { throw packed }
        if let shard = DistributedCheckpoint.refusal(of: file) { throw shard }
        guard let format = formats.first(where: { $0.recognizes(file.bytes) }) else { throw ContainerKind.refusal(file.bytes) }
        let opened = try format.open(file, options: options)
        if options.stateDictPath != nil, opened.checkpoint == nil {
            throw ExportError.notForFormat(.stateDict, format: opened.format)
        }
        if options.dequantizes, opened.selection?.dequantizedNames.isEmpty != false {
            throw ExportError.nothingToDequantize(file: file.path)
        }
        return opened
    }

    private static func mapped(_ path: String) throws -> MappedFile {
        do throws(FileError) {
            return try MappedFile(path: path)
        } catch {
            if case .directory = error { throw FolderContents.refusal(path) }
            throw error
        }
    }

    /// The format that an output's extension asks for; nil if no format has it.
    package static func format(forOutput path: String) -> (any FileFormat.Type)? {
        let ending = PathText.ending(path).lowercased()
        return formats.first { $0.extensions.contains(ending) }
    }

    /// The format with this name or extension, in any case; nil if there is none.
    package static func format(named name: String) -> (any FileFormat.Type)? {
        formats.first { $0.name == name.lowercased() || $0.extensions.contains(name.lowercased()) }
    }
}
