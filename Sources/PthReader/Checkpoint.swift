import ConvertFiles
import ConvertTensors
import Pickle

/// An opened PyTorch file: its container, its values, and the layout of its bytes. Tensors are views of the mapped file.
public struct Checkpoint: Sendable {
    /// A range of bytes in the file and what it holds.
    public struct Region: Sendable {
        /// The entry's name, or a description of the bytes.
        public let name: String
        /// Number of bytes in the file (the compressed size if the entry is deflated).
        public let byteCount: Int
        /// The storage in these bytes, or nil.
        public let storage: Storage?
    }

    /// The file; it stays mapped while this value or one of its tensors lives.
    public let file: MappedFile
    /// The container, recognized by content.
    public let container: ContainerKind
    /// Facts about the container, in order.
    public let facts: [FileFact]
    /// What loading the file with Python could do, as far as opening it shows.
    public let safety: SafetyScan
    /// The value that was saved.
    public let root: CheckpointValue
    /// Named ranges of the file. The rest is headers, padding and the directory.
    public let regions: [Region]
    /// Checksum comparisons, one per entry; empty if the container has no checksums.
    public let checksums: [FileCheck]

    /// Opens a checkpoint of any container. Throws `FileError`, `ZipError`, `PickleError`, `TensorError`, `CallError` or `PthError`.
    public init(_ file: MappedFile) throws {
        guard let kind = ContainerKind.recognize(file.bytes) else { throw ContainerKind.refusal(file.bytes) }
        // Scanned before anything can fail: a file that cannot be read here may still be loaded with Python.
        safety = SafetyScan(file, extent: .opening)
        DangerNotice.give(safety, of: file)
        let contents = try ContainerContents.read(file.bytes, as: kind)
        self.file = file
        container = kind
        facts = contents.facts
        root = contents.root
        regions = contents.regions
        checksums = contents.checksums
    }
}

/// The result of reading a container.
struct ContainerContents {
    var facts: [FileFact] = []
    var root: CheckpointValue
    var regions: [Checkpoint.Region] = []
    var checksums: [FileCheck] = []

    mutating func addFact(_ name: String, _ text: String) {
        facts.append(FileFact(name: name, text: text))
    }

    /// Reads the container of a whole file.
    /// - Parameter known: a pickle of the file that was read already.
    static func read(_ bytes: ByteView, as kind: ContainerKind, known: ReadPickle? = nil) throws -> ContainerContents {
        if let second = kind.secondReading(of: bytes) {
            throw PthError.twoContainers(file: bytes.name, first: kind, second: second)
        }
        return switch kind {
        case .zip: try ZipContainer.read(bytes, known: known)
        case .legacy: try LegacyContainer.read(bytes)
        case .tar: try TarContainer.read(bytes)
        case .barePickle: try BarePickleContainer.read(bytes)
        }
    }

    /// Reads a torch file embedded in another, as `torch.storage._load_from_bytes` receives it.
    static func nested(_ bytes: ByteView, depth: Int) throws -> CheckpointValue {
        guard depth <= 8 else {
            throw PthError.malformedCall(
                file: bytes.name, call: "torch.storage._load_from_bytes", detail: "torch files are nested more than 8 deep")
        }
        switch ContainerKind.recognize(bytes) {
        case .zip?: return try ZipContainer.read(bytes, depth: depth).root
        case .legacy?: return try LegacyContainer.read(bytes, depth: depth).root
        default: throw ContainerKind.refusal(bytes)
        }
    }
}
