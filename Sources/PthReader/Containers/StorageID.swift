import ConvertFiles
import ConvertTensors

/// The persistent id of a storage: `('storage', class, key, location, numel[, view])`.
struct StorageID {
    /// The key as text, which names the archive's entry.
    let key: String
    /// The key as Python distinguishes keys: the string "0" is not the number 0, and strings are compared code point by code point.
    let identity: ExactText
    let dtype: DType
    let className: String
    let location: String
    let elementCount: Int
    /// Legacy view metadata: `(view key, offset, size)` in elements.
    private(set) var view: (key: String, identity: ExactText, offset: Int, count: Int)?
    let byteCount: Int
    var isUntyped: Bool { StorageType.isUntyped(className) }

    /// Parses the id; torch's zip container has five parts, its legacy container a sixth: the view or None. Throws `PthError`.
    init(_ id: CheckpointValue, partCount: Int, file: String) throws(PthError) {
        func malformed(_ detail: String) -> PthError { .malformedCall(file: file, call: "persistent id", detail: detail) }
        guard case .tuple(let parts) = id, parts.first?.text == "storage", parts.count == partCount, case .global(let className) = parts[1]
        else { throw malformed("it is not (\"storage\", class, key, location, count\(partCount > 5 ? ", view" : ""))") }
        guard let dtype = StorageType.dtype(ofClass: className) else { throw .unknownStorageType(file: file, type: className) }
        guard let key = StorageID.keyText(parts[2]), let identity = parts[2].keyText, let location = parts[3].text,
            let count = parts[4].int,
            count >= 0
        else { throw malformed("its key, location or count is of the wrong kind") }
        guard location != "meta" else { throw malformed("storage \(key) lives on the meta device, where torch keeps no numbers") }
        let (bytes, overflow) = count.multipliedReportingOverflow(by: dtype.byteCount)
        guard !overflow else { throw malformed("it claims \(count) elements") }
        switch parts.dropFirst(5).first {
        case nil, .some(.none): view = nil
        case .tuple(let items)?:
            guard items.count == 3, let viewKey = StorageID.keyText(items[0]), let viewIdentity = items[0].keyText,
                let offset = items[1].int, let size = items[2].int, offset >= 0, size >= 0
            else { throw malformed("its view is not (key, offset, size)") }
            view = (viewKey, ExactText(viewIdentity), offset, size)
        default: throw malformed("its view is not (key, offset, size)")
        }
        self.key = key
        self.identity = ExactText(identity)
        self.dtype = dtype
        self.className = className
        self.location = location
        elementCount = count
        byteCount = bytes
    }

    /// Drops the view, so that the id refers to the storage that the view is part of.
    mutating func forgetView() { view = nil }

    /// The key of a storage as text; keys are strings or numbers.
    static func keyText(_ value: CheckpointValue) -> String? { value.text ?? value.int.map { "\($0)" } }
}

/// Returns the same `Storage` object for the same key, so that sharing is visible, and refuses a key that refers to two things.
///
/// torch's legacy container uses one set of keys for storages and their views, and takes the first one it meets: a key that is both, or
/// that is a view of two ranges, would be read in the order of the file.
final class StorageTable {
    private struct Entry {
        let storage: Storage
        let className: String
        /// Root key, offset and count of a view; nil for a root.
        let place: Place?
    }

    private struct Place: Equatable {
        let root: ExactText
        let offset: Int
        let count: Int
    }

    private var known: [ExactText: Entry] = [:]
    private let file: String
    private let make: (StorageID) throws -> Storage

    init(file: String, make: @escaping (StorageID) throws -> Storage) {
        self.file = file
        self.make = make
    }

    /// All storages returned so far, by name.
    var storagesByName: [String: Storage] {
        Dictionary(known.values.map { ($0.storage.name, $0.storage) }, uniquingKeysWith: { first, _ in first })
    }

    /// The storage that an id refers to. Throws `PthError` for a key with two types, or of both a storage and a view.
    func value(_ id: StorageID) throws -> CheckpointValue {
        if let view = id.view {
            // The root counts as seen, so that its key cannot become a view's.
            try note(id, key: id.identity, name: id.key, place: nil)
            try note(id, key: view.identity, name: view.key, place: Place(root: id.identity, offset: view.offset, count: view.count))
        } else {
            try note(id, key: id.identity, name: id.key, place: nil)
        }
        guard let storage = known[id.view?.identity ?? id.identity]?.storage else { throw PthError.missingStorage(file: file, key: id.key) }
        guard id.view != nil || storage.byteCount >= id.byteCount else {
            throw PthError.shortStorage(file: file, key: id.key, needed: id.byteCount, available: storage.byteCount)
        }
        return .storage(TorchStorage(storage: storage, dtype: id.dtype, location: id.location, isUntyped: id.isUntyped))
    }

    private func note(_ id: StorageID, key: ExactText, name: String, place: Place?) throws {
        guard let entry = known[key] else {
            var rootID = id
            if place == nil { rootID.forgetView() }
            known[key] = Entry(storage: try make(rootID), className: id.className, place: place)
            return
        }
        guard entry.className == id.className else {
            throw PthError.storageTypeConflict(file: file, key: name, first: entry.className, second: id.className)
        }
        guard entry.place == place else { throw PthError.storageKeyConflict(file: file, key: name) }
    }
}
