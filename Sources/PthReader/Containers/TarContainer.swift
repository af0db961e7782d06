import ConvertFiles
import ConvertTensors
import Pickle

/// torch's container of versions 0.1.0 to 0.1.9 (torch/serialization.py, `legacy_load`): a tar with `storages`, `tensors` and `pickle`.
enum TarContainer {
    /// `observe` receives every pickle between the raw numbers, which a scan could not find by itself.
    static func read(_ bytes: ByteView, observe: @escaping (PickleDocument) -> Void = { _ in }) throws -> ContainerContents {
        let archive = try TarArchive(bytes)
        func member(_ name: String) throws -> ByteView {
            // Python's tarfile looks up exactly this name; a reader that normalizes names would also accept another spelling.
            if let other = archive.members.first(where: { $0.name != name && TarContainer.normalized($0.name) == name }) {
                throw PthError.severalEntries(file: bytes.name, entry: name, candidates: [other.name])
            }
            guard let found = archive.members.first(where: { $0.name == name }) else {
                if !archive.members.contains(where: { $0.name.hasSuffix("storages") }) {
                    throw PthError.notACheckpoint(
                        file: bytes.name, found: "a tar archive of other files", remedy: "unpack it and use the checkpoint inside")
                }
                throw PthError.missingEntry(file: bytes.name, entry: name)
            }
            return found.bytes
        }
        let storageMember = try member("storages")
        var reader = TarReader(bytes: storageMember, file: bytes.name, observe: observe)
        var values: [ExactText: CheckpointValue] = [:]
        var regions: [Checkpoint.Region] = []
        try readStorages(&reader, into: &values, regions: &regions)
        let storageBytes = regions.reduce(0) { $0 + $1.byteCount }
        regions.append(Checkpoint.Region(name: "storages (pickles)", byteCount: storageMember.count - storageBytes, storage: nil))

        let tensorMember = try member("tensors")
        var tensorReader = TarReader(bytes: tensorMember, file: bytes.name, observe: observe)
        try readTensors(&tensorReader, into: &values)

        let pickle = try member("pickle")
        let document = try PickleMachine.read(pickle)
        var decoder = ValueDecoder(document, file: bytes.name, loadNested: { try ContainerContents.nested($0, depth: 1) }) { id in
            if case .tuple(let parts) = id { return parts.first ?? .none }
            // torch looks up int(id), whatever the id is.
            guard let number = id.int ?? id.text.flatMap({ Int($0) }), let value = values[TarContainer.key(of: .integer(Int64(number)))]
            else {
                throw PthError.missingStorage(file: bytes.name, key: id.text ?? "?")
            }
            return value
        }
        var contents = ContainerContents(root: try decoder.root())
        contents.addFact("container", "tar (torch 0.1.0 to 0.1.9)")
        contents.addFact("pickle protocol", "\(document.protocolVersion)")
        contents.addFact("checksums", "none in this container")
        contents.regions = regions
        for (name, view) in archive.members where !name.hasSuffix("storages") {
            contents.regions.append(Checkpoint.Region(name: name, byteCount: view.count, storage: nil))
        }
        return contents
    }

    /// A name without redundant path components.
    private static func normalized(_ name: String) -> String {
        name.split(separator: "/").filter { $0 != "." }.joined(separator: "/").lowercased()
    }

    /// The key as Python distinguishes keys: the string "0" is not the number 0.
    fileprivate static func key(of value: CheckpointValue) -> ExactText { ExactText(value.keyText ?? "") }

    private static func readStorages(
        _ reader: inout TarReader, into values: inout [ExactText: CheckpointValue], regions: inout [Checkpoint.Region]
    ) throws {
        for _ in 0..<(try reader.count()) {
            guard let parts = try reader.pickle().sequence, parts.count == 3, let key = StorageID.keyText(parts[0]),
                let location = parts[1].text, case .global(let className) = parts[2]
            else { throw reader.malformed("a storage is not (key, location, class)") }
            guard let dtype = StorageType.dtype(ofClass: className) else {
                throw PthError.unknownStorageType(file: reader.file, type: className)
            }
            let count = Int(try reader.integer(Int64.self))
            let (size, overflow) = count.multipliedReportingOverflow(by: dtype.byteCount)
            guard count >= 0, !overflow else { throw reader.malformed("storage \(key) claims \(count) elements") }
            guard size <= reader.rest else {
                throw PthError.shortStorage(file: reader.file, key: key, needed: size, available: reader.rest)
            }
            let storage = Storage(name: "\(reader.file), storage \(key)", bytes: try reader.take(size))
            regions.append(Checkpoint.Region(name: "storage \(key)", byteCount: size, storage: storage))
            values[TarContainer.key(of: parts[0])] = .storage(
                TorchStorage(storage: storage, dtype: dtype, location: location, isUntyped: false))
        }
        guard let views = try reader.pickle().sequence else { throw reader.malformed("the list of storage views is not a list") }
        for view in views {
            guard let parts = view.sequence, parts.count == 4, let target = StorageID.keyText(parts[0]),
                let offset = parts[2].int, let count = parts[3].int, offset >= 0, count >= 0,
                case .storage(let base)? = values[key(of: parts[1])]
            else { throw reader.malformed("a storage view is not (target, root, offset, count)") }
            let size = base.dtype.byteCount
            let (start, overflow) = offset.multipliedReportingOverflow(by: size)
            let (length, tooLong) = count.multipliedReportingOverflow(by: size)
            guard !overflow, !tooLong else { throw reader.malformed("storage view \(target) claims \(count) elements at \(offset)") }
            let part = try base.storage.bytes().window(at: start, count: length, name: "\(base.storage.name), view \(target)")
            values[key(of: parts[0])] = .storage(
                TorchStorage(storage: Storage(name: part.name, bytes: part), dtype: base.dtype, location: base.location, isUntyped: false))
        }
    }

    private static func readTensors(_ reader: inout TarReader, into values: inout [ExactText: CheckpointValue]) throws {
        for _ in 0..<(try reader.count()) {
            guard let parts = try reader.pickle().sequence, parts.count == 3, let key = StorageID.keyText(parts[0]),
                let storageKey = StorageID.keyText(parts[1])
            else { throw reader.malformed("a tensor is not (key, storage, class)") }
            guard case .storage(let storage)? = values[TarContainer.key(of: parts[1])] else {
                throw PthError.missingStorage(file: reader.file, key: storageKey)
            }
            let rank = Int(try reader.integer(Int32.self))
            // Four unused bytes follow: the count was once eight bytes wide.
            _ = try reader.integer(Int32.self)
            guard rank >= 0, rank <= 64 else { throw reader.malformed("tensor \(key) claims \(rank) dimensions") }
            var shape: [Int] = []
            var strides: [Int] = []
            for _ in 0..<rank { shape.append(Int(try reader.integer(Int64.self))) }
            for _ in 0..<rank { strides.append(Int(try reader.integer(Int64.self))) }
            let offset = Int(try reader.integer(Int64.self))
            let tensor = try Tensor(dtype: storage.dtype, shape: shape, strides: strides, offset: offset, storage: storage.storage)
            values[TarContainer.key(of: parts[0])] = .tensor(TorchTensor(tensor, location: storage.location))
        }
    }
}

/// Reads a tar member: pickles with raw numbers between them.
private struct TarReader {
    let bytes: ByteView
    let file: String
    let observe: (PickleDocument) -> Void
    var at = 0

    init(bytes: ByteView, file: String, observe: @escaping (PickleDocument) -> Void) {
        self.bytes = bytes
        self.file = file
        self.observe = observe
    }

    var rest: Int { bytes.count - at }

    func malformed(_ detail: String) -> PthError { .malformedContainer(file: bytes.name, detail: detail, offset: at) }

    mutating func pickle() throws -> CheckpointValue {
        let document = try PickleMachine.read(try bytes.window(at: at, count: rest))
        at += document.byteCount
        observe(document)
        var decoder = ValueDecoder(document, file: file, loadNested: { try ContainerContents.nested($0, depth: 1) }) { _ in .none }
        return try decoder.root()
    }

    /// Reads a count of items, each of which takes at least a few bytes.
    mutating func count() throws -> Int {
        guard let count = try pickle().int, count >= 0, count <= bytes.count else { throw malformed("the count is not a number") }
        return count
    }

    mutating func integer<Integer: FixedWidthInteger>(_ type: Integer.Type) throws -> Integer {
        let value = try bytes.integer(at: at, as: type)
        at += Integer.bitWidth / 8
        return value
    }

    mutating func take(_ count: Int) throws -> ByteView {
        let view = try bytes.window(at: at, count: count)
        at += count
        return view
    }
}
