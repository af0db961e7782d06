import Files
import Pickle
import Tensors

/// A PyTorch file, opened: its container, its values, and where every byte went. Tensors are views over the mapped file.
public struct Checkpoint: Sendable {
    /// A stretch of the file and what it holds.
    public struct Region: Sendable {
        /// An entry's name, or what the bytes are.
        public let name: String
        /// Bytes in the file (compressed size where the entry is deflated).
        public let byteCount: Int
        /// The storage held there, if any.
        public let storage: Storage?
    }

    /// Something told about the container, such as its version.
    public struct Fact: Sendable {
        /// What it is.
        public let name: String
        /// The value.
        public let text: String

        /// The name of a fact that a user should know whatever is done with the file.
        public static let warning = "warning"

        /// A fact.
        public init(name: String, text: String) {
            self.name = name
            self.text = text
        }
    }

    /// The file, kept mapped while this value or a tensor of it lives.
    public let file: MappedFile
    /// The container that the content shows.
    public let container: ContainerKind
    /// Facts of the container, in order.
    public let facts: [Fact]
    /// What loading the file with Python could do, as far as opening it shows.
    public let safety: SafetyScan
    /// What was saved.
    public let root: CheckpointValue
    /// Named stretches of the file. What they leave over is headers, padding and directory.
    public let regions: [Region]
    /// Compares recorded checksums, entry by entry; empty where the container has none.
    public let checksums: [Check]

    /// One entry's checksum.
    public struct Check: Sendable {
        /// The entry.
        public let name: String
        /// Throws where the bytes do not match.
        public let run: @Sendable () throws -> Void

        /// A checksum to compare.
        public init(name: String, run: @escaping @Sendable () throws -> Void) {
            self.name = name
            self.run = run
        }
    }

    /// Opens a checkpoint of any container. Throws `FileError`, `ZipError`, `PickleError`, `TensorError` or `PthError`.
    public init(_ file: MappedFile) throws {
        guard let kind = ContainerKind.recognize(file.bytes) else { throw ContainerKind.refusal(file.bytes) }
        // Before anything can fail: a file that cannot be read here may still be loaded with Python.
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

/// What a container's reader hands up.
struct ContainerContents {
    var facts: [Checkpoint.Fact] = []
    var root: CheckpointValue
    var regions: [Checkpoint.Region] = []
    var checksums: [Checkpoint.Check] = []

    mutating func tell(_ name: String, _ text: String) {
        facts.append(Checkpoint.Fact(name: name, text: text))
    }

    /// Reads a whole file's container.
    static func read(_ bytes: ByteView, as kind: ContainerKind) throws -> ContainerContents {
        if let second = kind.secondReading(of: bytes) {
            throw PthError.twoContainers(file: bytes.name, first: kind, second: second)
        }
        return switch kind {
        case .zip: try ZipContainer.read(bytes)
        case .legacy: try LegacyContainer.read(bytes)
        case .tar: try TarContainer.read(bytes)
        case .barePickle: try BarePickleContainer.read(bytes)
        }
    }

    /// A torch file inside another's bytes, as `torch.storage._load_from_bytes` carries it.
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
