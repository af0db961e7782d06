import Exporters
import Files
import IR

/// Where a network or bare weights come from, and how its file is to be understood.
public struct ModelSource: Sendable {
    /// The file; or the index of a checkpoint in several files.
    public var path: String
    /// Which dictionary of a checkpoint holds the weights: keys and list indices joined by dots, a dot alone for the root. Nil lets the
    /// reader choose.
    public var stateDictPath: String?
    /// Whether quantized tensors are read as float32.
    public var dequantizes: Bool
    /// How the network is recognized, and facts that take the place of the file's.
    public var choice: OpenedModel.Choice

    /// A file that says everything itself.
    public init(
        _ path: String, stateDictPath: String? = nil, dequantizes: Bool = false, choice: OpenedModel.Choice = OpenedModel.Choice()
    ) {
        self.path = path
        self.stateDictPath = stateDictPath
        self.dequantizes = dequantizes
        self.choice = choice
    }

    /// Opens the file without asking for a network.
    public func openFile() throws -> OpenedFile {
        try FormatRegistry.open(path, options: OpenOptions(stateDictPath: stateDictPath, dequantizes: dequantizes))
    }

    /// Opens the file and rebuilds its network, or takes its weights alone.
    public func load() throws -> LoadedModel { try LoadedModel(openFile(), choice: choice) }
}
