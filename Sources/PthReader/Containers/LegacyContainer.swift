import ConvertFiles
import ConvertTensors
import Pickle

/// torch's container of versions 0.1.10 to 1.5 (torch/serialization.py, `_legacy_load`): five pickles, then each storage as a count and
/// its elements, in the order of the fifth pickle.
enum LegacyContainer {
    static func read(_ bytes: ByteView, depth: Int = 0) throws -> ContainerContents {
        var at = 0
        func next() throws -> PickleDocument {
            let document = try PickleMachine.read(try bytes.window(at: at, count: bytes.count - at))
            at += document.byteCount
            return document
        }
        _ = try next()
        let version = try next()
        guard case .integer(1001) = version.root else {
            throw PthError.malformedContainer(file: bytes.name, detail: "the protocol number is not 1001", offset: at)
        }
        let system = try next()
        let systemFacts = try plain(system, file: bytes.name, depth: depth)
        if case .dictionary(let facts) = systemFacts, facts["little_endian"]?.flag == false {
            throw PthError.bigEndian(file: bytes.name, place: "the system facts")
        }
        let object = try next()
        let keyList = try next()
        let pickleBytes = at
        guard case .list(let listed) = try plain(keyList, file: bytes.name, depth: depth) else {
            throw PthError.malformedContainer(file: bytes.name, detail: "the list of storages is not a list", offset: at)
        }
        let keys = try listed.map { key in
            guard let text = StorageID.keyText(key), let identity = key.keyText else {
                throw PthError.malformedContainer(file: bytes.name, detail: "a storage's key is not a text or a number", offset: at)
            }
            return (text: text, identity: ExactText(identity))
        }

        let places = try layOut(keys, ids: try storageIDs(object, file: bytes.name), from: at, in: bytes)
        var roots: [ExactText: Storage] = [:]
        for key in keys {
            guard let place = places[key.identity] else { continue }
            let name = "\(bytes.name), storage \(key.text)"
            roots[key.identity] = Storage(name: name, bytes: try bytes.window(at: place.offset, count: place.byteCount, name: name))
        }
        let table = StorageTable(file: bytes.name) { id in
            guard let root = roots[id.identity] else { throw PthError.missingStorage(file: bytes.name, key: id.key) }
            return try id.view.map { try viewStorage($0, of: root, id: id, file: bytes.name) } ?? root
        }
        var decoder = ValueDecoder(
            object, file: bytes.name, pickle: "\(bytes.name), its object",
            loadNested: { try ContainerContents.nested($0, depth: depth + 1) }
        ) { id in
            if case .tuple(let parts) = id, parts.first?.text == "module" { return parts.count > 1 ? parts[1] : .none }
            return try table.value(StorageID(id, partCount: 6, file: bytes.name))
        }
        var contents = ContainerContents(root: try decoder.root())
        contents.addFact("container", "legacy (torch 0.1.10 to 1.5)")
        contents.addFact("pickle protocol", "\(object.protocolVersion)")
        contents.addFact("storages", "\(keys.count)")
        contents.addFact("byte order", "little")
        contents.addFact("checksums", "none in this container")
        contents.regions = [Checkpoint.Region(name: "pickles", byteCount: pickleBytes, storage: nil)]
        var end = at
        for key in keys {
            guard let place = places[key.identity] else { continue }
            contents.regions.append(
                Checkpoint.Region(name: "storage \(key.text)", byteCount: place.byteCount, storage: roots[key.identity]))
            end = max(end, place.offset + place.byteCount)
        }
        if end < bytes.count { contents.addFact("warning", "\(bytes.count - end) bytes follow the last storage") }
        return contents
    }

    /// A range of another storage, which torch counts as a storage of its own: offsets are from the start of the range.
    private static func viewStorage(
        _ view: (key: String, identity: ExactText, offset: Int, count: Int), of root: Storage, id: StorageID, file: String
    ) throws -> Storage {
        let (start, overflow) = view.offset.multipliedReportingOverflow(by: id.dtype.byteCount)
        let (count, tooLong) = view.count.multipliedReportingOverflow(by: id.dtype.byteCount)
        guard !overflow, !tooLong else {
            throw PthError.shortStorage(file: file, key: id.key, needed: Int.max, available: root.byteCount)
        }
        let part = try root.bytes().window(at: start, count: count, name: "\(root.name), view \(view.key)")
        return Storage(name: part.name, bytes: part)
    }

    /// Decodes a pickle that holds no storages.
    private static func plain(_ document: PickleDocument, file: String, depth: Int) throws -> CheckpointValue {
        var decoder = ValueDecoder(document, file: file, loadNested: { try ContainerContents.nested($0, depth: depth + 1) }) { _ in .none }
        return try decoder.root()
    }

    /// The persistent ids of all storages, by key; they hold the element sizes, which the data itself does not.
    private static func storageIDs(_ document: PickleDocument, file: String) throws -> [ExactText: StorageID] {
        var ids: [ExactText: StorageID] = [:]
        var decoder = ValueDecoder(document, file: file, loadNested: { _ in .none }) { _ in .none }
        for case .persistentReference(let reference) in document.nodes {
            let value = try decoder.value(reference)
            guard case .tuple(let parts) = value, parts.first?.text == "storage" else { continue }
            let id = try StorageID(value, partCount: 6, file: file)
            if let known = ids[id.identity], known.className != id.className {
                throw PthError.storageTypeConflict(file: file, key: id.key, first: known.className, second: id.className)
            }
            ids[id.identity] = id
        }
        return ids
    }

    private static func layOut(
        _ keys: [(text: String, identity: ExactText)], ids: [ExactText: StorageID], from start: Int, in bytes: ByteView
    ) throws -> [ExactText: (offset: Int, byteCount: Int)] {
        var places: [ExactText: (offset: Int, byteCount: Int)] = [:]
        var at = start
        for (key, identity) in keys {
            guard let id = ids[identity] else {
                throw PthError.malformedContainer(
                    file: bytes.name, detail: "storage \(key) is listed but never used, so its size is unknown", offset: at)
            }
            guard at + 8 <= bytes.count else { throw PthError.missingStorage(file: bytes.name, key: key) }
            let count = try bytes.integer(at: at, as: Int64.self)
            guard count == Int64(id.elementCount) else {
                throw PthError.malformedContainer(
                    file: bytes.name, detail: "storage \(key) holds \(count) elements, the pickle says \(id.elementCount)", offset: at)
            }
            at += 8
            guard id.byteCount <= bytes.count - at else {
                throw PthError.shortStorage(file: bytes.name, key: key, needed: id.byteCount, available: bytes.count - at)
            }
            guard places.updateValue((at, id.byteCount), forKey: identity) == nil else {
                throw PthError.malformedContainer(file: bytes.name, detail: "storage \(key) is listed twice", offset: at)
            }
            at += id.byteCount
        }
        return places
    }
}
