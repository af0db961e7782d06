import Files
import IR
import PthReader
import Tensors

/// A file of any readable format, opened: what it is, what it holds, where its bytes went.
public struct OpenedFile: Sendable {
    /// A named number of bytes.
    public struct Group: Sendable {
        /// `backbone`, `head`, `optimizer`, `scheduler`, `scaler`, `history`, `other`, or a part of the container.
        public let name: String
        /// Bytes in the file.
        public let byteCount: Int
    }

    /// The mapped file.
    public let file: MappedFile
    /// The format's name in the registry.
    public let format: String
    /// Facts of the container, in order.
    public let facts: [Checkpoint.Fact]
    /// The state dict's strided tensors with the file's plain metadata; nil where no state dict was found, see `stateDictError`.
    public let weights: Weights?
    /// Which dictionary was taken and why; nil for formats that hold just one.
    public let selection: StateDictSelection?
    /// Why there are no weights.
    public let stateDictError: PthError?
    /// Every byte of the file, by what it serves.
    public let groups: [Group]
    /// Compares recorded checksums, entry by entry.
    public let checksums: [Checkpoint.Check]
    /// The checkpoint behind it, for `.pth` only.
    public let checkpoint: Checkpoint?
}

/// A format that can be told by content and read.
public protocol ReadableFormat: Sendable {
    /// The name people use, such as `safetensors`.
    static var name: String { get }
    /// File name endings, without the dot.
    static var extensions: [String] { get }
    /// Whether the content is of this format.
    static func recognises(_ bytes: ByteView) -> Bool
    /// Opens a file of this format. `stateDictPath` chooses where the format can hold several.
    static func open(_ file: MappedFile, stateDictPath: String?) throws -> OpenedFile
}

/// The formats, one line each. Reading goes by content, writing by the output's extension.
public enum FormatRegistry {
    /// All formats; the first that recognises a file reads it.
    public static let formats: [any ReadableFormat.Type] = [
        SafetensorsFormat.self,
        PthFormat.self,
    ]

    /// Opens a file by its content. What no format recognises gets an error that names it where it can.
    public static func open(_ path: String, stateDictPath: String? = nil) throws -> OpenedFile {
        let file = try MappedFile(path: path)
        guard let format = formats.first(where: { $0.recognises(file.bytes) }) else { throw ContainerKind.refusal(file.bytes) }
        return try format.open(file, stateDictPath: stateDictPath)
    }

    /// The format that an output's name asks for; nil where its ending belongs to none.
    public static func format(forOutput path: String) -> (any ReadableFormat.Type)? {
        let name = MappedFile.baseName(path).lowercased()
        guard let dot = name.lastIndex(of: ".") else { return nil }
        let ending = String(name[name.index(after: dot)...])
        return formats.first { $0.extensions.contains(ending) }
    }
}
