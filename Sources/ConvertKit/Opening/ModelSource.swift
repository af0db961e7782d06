import ConvertFiles
import ConvertIR
import Exporters

/// Where a network or bare weights come from, and how its file is to be understood.
public struct ModelSource: Sendable {
    /// The file; or the index of a checkpoint in several files.
    public var path: String
    /// Which dictionary of a checkpoint holds the weights: keys and list indices joined by dots, a dot alone for the root. Nil lets the
    /// reader choose.
    public var stateDictPath: String?
    /// Whether quantized tensors are read as float32.
    public var dequantizes: Bool
    /// Whether the file may have no quantized tensor although they are to be read as float32: one of two has them.
    package var allowsPlain = false
    /// How the network is recognized, and facts that take the place of the file's.
    package var choice: OpenedModel.Choice

    /// A file, and what it does not say itself.
    /// - Parameters:
    ///   - path: the file.
    ///   - stateDictPath: which dictionary holds the weights; nil lets the reader choose.
    ///   - dequantizes: whether quantized tensors are read as float32.
    ///   - family: the network's family; nil to recognize it by keys and shapes.
    ///   - given: facts that take the place of what the file says and of what its family usually has.
    public init(
        _ path: String, stateDictPath: String? = nil, dequantizes: Bool = false, family: String? = nil, given: GivenFacts = GivenFacts()
    ) {
        self.init(
            path, stateDictPath: stateDictPath, dequantizes: dequantizes,
            choice: OpenedModel.Choice(architecture: family, given: given))
    }

    /// A file, and how its network is recognized.
    package init(_ path: String, stateDictPath: String? = nil, dequantizes: Bool = false, choice: OpenedModel.Choice) {
        self.path = path
        self.stateDictPath = stateDictPath
        self.dequantizes = dequantizes
        self.choice = choice
    }

    /// Opens the file without asking for a network.
    package func openFile() throws -> OpenedFile {
        var options = OpenOptions(stateDictPath: stateDictPath, dequantizes: dequantizes)
        options.allowsPlain = allowsPlain
        return try FormatRegistry.open(path, options: options)
    }

    /// Opens the file and rebuilds its network, or takes its weights alone.
    public func load() throws -> LoadedModel { try LoadedModel(openFile(), choice: choice) }
}
