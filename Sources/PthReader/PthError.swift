import Files

/// What can be wrong with a PyTorch file once its bytes could be read.
public enum PthError: DescribedError, Equatable {
    /// The content belongs to another format.
    case notACheckpoint(file: String, found: String, remedy: String)
    case unknownContainer(file: String, head: String)
    /// What a reader that tries another container first would take the file for.
    case twoContainers(file: String, first: ContainerKind, second: ContainerKind)
    case bigEndian(file: String, place: String)
    case unknownByteOrder(file: String, entry: String, text: String)
    case missingEntry(file: String, entry: String)
    case severalEntries(file: String, entry: String, candidates: [String])
    case missingStorage(file: String, key: String)
    case shortStorage(file: String, key: String, needed: Int, available: Int)
    case longStorage(file: String, key: String, expected: Int, found: Int)
    case storageTypeConflict(file: String, key: String, first: String, second: String)
    case storageKeyConflict(file: String, key: String)
    case unknownStorageType(file: String, type: String)
    case malformedCall(file: String, call: String, detail: String)
    case malformedContainer(file: String, detail: String, offset: Int)
    case tooManyValues(file: String, limit: Int)
    case noStateDict(file: String, seen: [String])
    case severalStateDicts(file: String, paths: [String])
    case noSuchStateDict(file: String, path: String, candidates: [String])
    case notAStateDict(file: String, path: String, found: String, candidates: [String])

    /// What is wrong, for people.
    public var problem: String {
        switch self {
        case .notACheckpoint(let file, let found, _): "\(file): this is \(found), not a PyTorch checkpoint"
        case .unknownContainer(let file, let head): "\(file): no format known here begins with these bytes (\(head))"
        case .twoContainers(let file, let first, let second):
            "\(file): this is a \(first.rawValue) container and a \(second.rawValue) archive at once; torch reads the \(second.rawValue)"
        case .bigEndian(let file, let place):
            "\(file): by the byte order in \(place) it was written on a big-endian machine, which is not supported"
        case .unknownByteOrder(let file, let entry, let text): "\(file): entry \(entry) names an unknown byte order \"\(text)\""
        case .missingEntry(let file, let entry): "\(file): the archive has no entry \(entry)"
        case .severalEntries(let file, let entry, let candidates):
            "\(file): several entries could be \(entry): \(PthError.list(candidates))"
        case .missingStorage(let file, let key): "\(file): the bytes of storage \(key) are missing"
        case .shortStorage(let file, let key, let needed, let available):
            "\(file): storage \(key) should hold \(needed) bytes, \(available) are there"
        case .longStorage(let file, let key, let expected, let found):
            "\(file): storage \(key) should hold \(expected) bytes, its entry has \(found)"
        case .storageTypeConflict(let file, let key, let first, let second): "\(file): storage \(key) is said to be \(first) and \(second)"
        case .storageKeyConflict(let file, let key):
            "\(file): key \(key) stands for a storage and for a view, or for two views; torch takes the first that it meets"
        case .unknownStorageType(let file, let type): "\(file): the element type \(type) is not supported"
        case .malformedCall(let file, let call, let detail): "\(file): \(call): \(detail)"
        case .malformedContainer(let file, let detail, let offset): "\(file): \(detail) at offset \(offset)"
        case .tooManyValues(let file, let limit): "\(file): the values expand to more than \(limit), more than a file of this size should"
        case .noStateDict(let file, let seen):
            "\(file): no state dict (a dictionary of names to tensors) was found; keys seen: \(PthError.list(seen))"
        case .severalStateDicts(let file, let paths): "\(file): several dictionaries could be the state dict: \(PthError.list(paths))"
        case .noSuchStateDict(let file, let path, let candidates):
            "\(file): there is nothing at \(path); state dicts are at: \(PthError.list(candidates, most: 8))"
        case .notAStateDict(let file, let path, let found, let candidates):
            "\(file): at \(path) is \(found), not a dictionary of tensors; state dicts are at: \(PthError.list(candidates, most: 8))"
        }
    }

    /// What to do about it.
    public var remedy: String {
        switch self {
        case .notACheckpoint(_, _, let remedy): remedy
        case .unknownContainer: "give a file written by torch.save, or a .safetensors file"
        case .bigEndian: "load and save it again on a little-endian machine"
        case .missingEntry, .missingStorage, .shortStorage, .malformedContainer: "fetch the file again or save it again"
        case .longStorage, .storageTypeConflict, .storageKeyConflict, .malformedCall, .tooManyValues, .twoContainers, .unknownByteOrder,
            .severalEntries:
            "the file is damaged or was made to mislead: do not trust it"
        case .unknownStorageType: "save the tensors in another dtype"
        case .noStateDict: "give the path of the dictionary with --state-dict, or save the network's state_dict()"
        case .severalStateDicts, .noSuchStateDict, .notAStateDict: "choose one with --state-dict PATH"
        }
    }

    private static func list(_ names: [String], most: Int = 12) -> String {
        if names.isEmpty { return "none" }
        return names.prefix(most).joined(separator: ", ") + (names.count > most ? ", and \(names.count - most) more" : "")
    }
}
