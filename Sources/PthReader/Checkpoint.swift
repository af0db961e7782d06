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
        guard let kind = ContainerKind.recognise(file.bytes) else { throw ContainerKind.refusal(file.bytes) }
        let contents: ContainerContents
        switch kind {
        case .zip: contents = try ZipContainer.read(file.bytes)
        case .legacy: contents = try LegacyContainer.read(file.bytes)
        case .tar: contents = try TarContainer.read(file.bytes)
        case .barePickle: contents = try BarePickleContainer.read(file.bytes)
        }
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

    /// A torch file inside another's bytes, as `torch.storage._load_from_bytes` carries it.
    static func nested(_ bytes: ByteView, depth: Int) throws -> CheckpointValue {
        guard depth <= 8 else {
            throw PthError.malformedCall(
                file: bytes.name, call: "torch.storage._load_from_bytes", detail: "torch files are nested more than 8 deep")
        }
        switch ContainerKind.recognise(bytes) {
        case .zip?: return try ZipContainer.read(bytes, depth: depth).root
        case .legacy?: return try LegacyContainer.read(bytes, depth: depth).root
        default: throw ContainerKind.refusal(bytes)
        }
    }
}

/// The persistent id of a storage: `('storage', class, key, location, numel[, view])`.
struct StorageID {
    let key: String
    let dtype: DType
    let className: String
    let location: String
    let elementCount: Int
    /// Legacy view metadata: `(view key, offset, size)` in elements.
    let view: (key: String, offset: Int, count: Int)?
    var byteCount: Int
    var isUntyped: Bool { StorageType.isUntyped(className) }

    init(_ id: CheckpointValue, file: String) throws(PthError) {
        func malformed(_ detail: String) -> PthError { .malformedCall(file: file, call: "persistent id", detail: detail) }
        guard let parts = id.sequence, parts.first?.text == "storage", parts.count >= 5, case .global(let className) = parts[1] else {
            throw malformed("it is not (\"storage\", class, key, location, count)")
        }
        guard let dtype = StorageType.dtype(ofClass: className) else { throw .unknownStorageType(file: file, type: className) }
        guard let key = parts[2].text ?? parts[2].int.map({ "\($0)" }), let location = parts[3].text, let count = parts[4].int, count >= 0
        else { throw malformed("its key, location or count is of the wrong kind") }
        let (bytes, overflow) = count.multipliedReportingOverflow(by: dtype.byteCount)
        guard !overflow else { throw malformed("it claims \(count) elements") }
        var view: (String, Int, Int)?
        if parts.count > 5, let items = parts[5].sequence {
            guard items.count == 3, let viewKey = items[0].text ?? items[0].int.map({ "\($0)" }), let offset = items[1].int,
                let size = items[2].int, offset >= 0, size >= 0
            else { throw malformed("its view is not (key, offset, size)") }
            view = (viewKey, offset, size)
        }
        self.key = key
        self.dtype = dtype
        self.className = className
        self.location = location
        elementCount = count
        self.view = view
        byteCount = bytes
    }
}

/// Hands out one `Storage` object a key, so that sharing is seen, and refuses a key of two types, which torch's writer never makes.
final class StorageTable {
    private var known: [String: (storage: Storage, className: String)] = [:]
    private let file: String
    private let make: (StorageID) throws -> Storage

    init(file: String, make: @escaping (StorageID) throws -> Storage) {
        self.file = file
        self.make = make
    }

    /// All storages handed out, by name.
    var storagesByName: [String: Storage] {
        Dictionary(known.values.map { ($0.storage.name, $0.storage) }, uniquingKeysWith: { first, _ in first })
    }

    func value(_ id: StorageID) throws -> CheckpointValue {
        let mapKey = id.view.map { "\(id.key)/\($0.key)" } ?? id.key
        let storage: Storage
        if let entry = known[mapKey] {
            guard entry.className == id.className else {
                throw PthError.storageTypeConflict(file: file, key: id.key, first: entry.className, second: id.className)
            }
            storage = entry.storage
            guard id.view != nil || storage.byteCount >= id.byteCount else {
                throw PthError.shortStorage(file: file, key: id.key, needed: id.byteCount, available: storage.byteCount)
            }
        } else {
            storage = try make(id)
            known[mapKey] = (storage, id.className)
        }
        return .storage(TorchStorage(storage: storage, dtype: id.dtype, location: id.location, isUntyped: id.isUntyped))
    }
}
