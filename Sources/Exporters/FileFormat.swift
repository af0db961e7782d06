import ConvertFiles
import ConvertIR

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
    /// Whether values and weights share one space of names.
    var sharesNames = false
    /// Whether it can hold any plain value of a checkpoint, not only a state dict and scalars.
    package var holdsAnyValue = false
}

/// How a file is opened.
package struct OpenOptions: Sendable {
    /// Dotted path of the state dict, for formats that can hold several; nil to choose one automatically.
    package var stateDictPath: String?
    /// Whether quantized tensors are read as float32.
    package var dequantizes: Bool
    /// Whether a file without quantized tensors may be asked for as float32.
    package var allowsPlain = false
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
