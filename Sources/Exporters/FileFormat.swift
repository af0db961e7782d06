import Files
import IR
import PthReader

/// A format that can be told by content, read, and written.
public protocol FileFormat: Sendable {
    /// The name people use, such as `safetensors`.
    static var name: String { get }
    /// File name endings, without the dot.
    static var extensions: [String] { get }
    /// What the format can hold and promises.
    static var capabilities: FormatCapabilities { get }
    /// Whether the content is of this format.
    static func recognizes(_ bytes: ByteView) -> Bool
    /// Opens a file of this format.
    static func open(_ file: MappedFile, options: OpenOptions) throws -> OpenedFile
    /// Writes to `output`; the caller flushes, reads back and commits. Returns further files that belong to it, to be committed first.
    static func write(_ content: ExportContent, to output: OutputFile, options: ExportOptions) throws -> [OutputFile]
}

/// What a format can hold, and what it promises.
public struct FormatCapabilities: Sendable {
    /// Whether weights without a graph have a place in it.
    public let holdsBareWeights: Bool
    /// Whether readers expect the source's own tensors in it, so that folding would break a promise.
    public let promisesSourceTensors: Bool
}

/// How a file is opened.
public struct OpenOptions: Sendable {
    /// Where the state dict stands, for formats that can hold several.
    public var stateDictPath: String?
    /// Whether quantized tensors are read as float32.
    public var dequantizes: Bool
    /// Where files that the opened one names really lie, by the name it gives: outputs that are not yet in place.
    public var companions: [String: String]

    /// Options.
    public init(stateDictPath: String? = nil, dequantizes: Bool = false, companions: [String: String] = [:]) {
        self.stateDictPath = stateDictPath
        self.dequantizes = dequantizes
        self.companions = companions
    }
}

/// What is written: a whole model, or weights alone.
public enum ExportContent: Sendable {
    case model(Model)
    case weights(Weights)

    /// The tensors.
    public var weights: Weights {
        switch self {
        case .model(let model): model.weights
        case .weights(let weights): weights
        }
    }

    /// The model, where it is one.
    public var model: Model? { if case .model(let model) = self { model } else { nil } }

    /// Everything but the tensors.
    public var document: ModelDocument {
        switch self {
        case .model(let model): ModelDocument(model)
        case .weights(let weights): ModelDocument(weights)
        }
    }
}

/// What formats may be asked for beyond their defaults; each takes what concerns it.
public struct ExportOptions: Sendable {
    /// ONNX operator set.
    public var opset = 17
    /// Whether ONNX tensors go to a file beside it.
    public var usesExternalData = false
    /// HDF5: gzip level from 1 to 9; nil for none.
    public var compressionLevel: Int?
    /// Files that must not be written to.
    public var inputs: [FileIdentity] = []
    /// Whether companion files may replace existing ones.
    public var isReplacing = false

    /// The defaults.
    public init() {}
}

/// The formats, one line each. Reading goes by content, writing by the output's extension.
public enum FormatRegistry {
    /// All formats; the first that recognizes a file reads it.
    public static let formats: [any FileFormat.Type] = [
        FlatFormat.self,
        ONNXFormat.self,
        HDF5Format.self,
        SafetensorsFormat.self,
        PthFormat.self,
    ]

    /// Opens a file by its content: one of the formats, or the index of a checkpoint in several files. What no format recognizes gets an
    /// error that names it if it can; so does a folder.
    public static func open(_ path: String, options: OpenOptions = OpenOptions()) throws -> OpenedFile {
        let file = try mapped(path)
        if ShardIndex.recognizes(file.bytes) { return try ShardedCheckpoint.open(file, options: options) }
        // zstd's first byte could begin a pickle, too.
        if let packed = PackedContent.refusal(file.bytes) { throw packed }
        if let shard = DistributedCheckpoint.refusal(of: file) { throw shard }
        guard let format = formats.first(where: { $0.recognizes(file.bytes) }) else { throw ContainerKind.refusal(file.bytes) }
        let opened = try format.open(file, options: options)
        if options.stateDictPath != nil, opened.checkpoint == nil {
            throw ExportError.optionNotForFormat(option: "--state-dict", format: opened.format)
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

    /// The format that an output's name asks for; nil where its ending belongs to none.
    public static func format(forOutput path: String) -> (any FileFormat.Type)? {
        let ending = PathText.ending(path).lowercased()
        return formats.first { $0.extensions.contains(ending) }
    }

    /// The format of this name, as `--to` takes it.
    public static func format(named name: String) -> (any FileFormat.Type)? {
        formats.first { $0.name == name.lowercased() || $0.extensions.contains(name.lowercased()) }
    }
}
