import ConvertFiles

/// What can be wrong with a PyTorch file whose bytes could be read.
public enum PthError: DescribedError, Equatable {
    /// The content is of a different format.
    case notACheckpoint(file: String, found: String, remedy: String)
    /// The first bytes match no known format.
    case unknownContainer(file: String, head: String)
    /// The file is also valid in a container that torch tries first.
    case twoContainers(file: String, first: ContainerKind, second: ContainerKind)
    /// The tensors are in big-endian byte order.
    case bigEndian(file: String, place: String)
    /// The byte order is neither little nor big.
    case unknownByteOrder(file: String, entry: String, text: String)
    /// The archive lacks an entry that torch always writes.
    case missingEntry(file: String, entry: String)
    /// Several entries have the name of one that must be unique.
    case severalEntries(file: String, entry: String, candidates: [String])
    /// A tensor refers to a storage that the file does not hold.
    case missingStorage(file: String, key: String)
    /// A storage has fewer bytes than the pickle says.
    case shortStorage(file: String, key: String, needed: Int, available: Int)
    /// A storage has more bytes than the pickle says, which may hide something.
    case longStorage(file: String, key: String, expected: Int, found: Int)
    /// A storage is used with two element types.
    case storageTypeConflict(file: String, key: String, first: String, second: String)
    /// A key of the legacy container has two meanings.
    case storageKeyConflict(file: String, key: String)
    /// A storage class without a known element type.
    case unknownStorageType(file: String, type: String)
    /// A call with arguments that its function does not take, or a malformed persistent id.
    case malformedCall(file: String, call: String, detail: String)
    /// The structure of the container is damaged.
    case malformedContainer(file: String, detail: String, offset: Int)
    /// Shared values expand to more than a file of this size should hold.
    case tooManyValues(file: String, limit: Int)
    /// No dictionary of tensors was found.
    case noStateDict(file: String, seen: [String])
    /// Several dictionaries could be the state dict, and none is a better choice.
    case severalStateDicts(file: String, paths: [String])
    /// There is no value at the given path.
    case noSuchStateDict(file: String, path: String, candidates: [String])
    /// The value at the given path is not a dictionary of tensors.
    case notAStateDict(file: String, path: String, found: String, candidates: [String])
    /// A quantized layer holds a weight in its packed parameters and one in an entry of its own.
    case packedTwice(name: String, entry: String)

    /// What is wrong, in one line.
    public var problem: String {
        switch self {
        case .notACheckpoint(let file, let found, _): "\(file): this is \(found), not a PyTorch checkpoint"
        case .unknownContainer(let file, let head): "\(file): no known format begins with these bytes (\(head))"
        case .twoContainers(let file, let first, let second):
            "\(file): this is a \(first.rawValue) container and a \(second.rawValue) archive at once; torch reads the \(second.rawValue)"
        case .bigEndian(let file, let place):
            "\(file): the byte order in \(place) is big-endian, which is not supported"
        case .unknownByteOrder(let file, let entry, let text): "\(file): entry \(entry) names an unknown byte order \"\(text)\""
        case .missingEntry(let file, let entry): "\(file): the archive has no entry \(entry)"
        case .severalEntries(let file, let entry, let candidates):
            "\(file): several entries could be \(entry): \(PthError.list(candidates))"
        case .missingStorage(let file, let key): "\(file): the bytes of storage \(key) are missing"
        case .shortStorage(let file, let key, let needed, let available):
            "\(file): storage \(key) should hold \(needed) bytes, but has \(available)"
        case .longStorage(let file, let key, let expected, let found):
            "\(file): storage \(key) should hold \(expected) bytes, but its entry has \(found)"
        case .storageTypeConflict(let file, let key, let first, let second):
            "\(file): storage \(key) is given as both \(first) and \(second)"
        case .storageKeyConflict(let file, let key):
            "\(file): key \(key) refers to both a storage and a view, or to two views; torch takes the first one it meets"
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
            "\(file): the value at \(path) is \(found), not a dictionary of tensors; state dicts are at: \(PthError.list(candidates, most: 8))"
        case .packedTwice(let name, let entry): "the state dict has \(name), and holds it in \(entry) as well"
        }
    }

    /// What the user can do about it.
    public var remedy: String {
        switch self {
        case .notACheckpoint(_, _, let remedy): remedy
        case .unknownContainer: "use a file written by torch.save, or a .safetensors file"
        case .bigEndian: "load and save it again on a little-endian machine"
        case .missingEntry, .missingStorage, .shortStorage, .malformedContainer: "fetch the file again or save it again"
        case .longStorage, .storageTypeConflict, .storageKeyConflict, .malformedCall, .tooManyValues, .twoContainers, .unknownByteOrder,
            .severalEntries:
            "the file is damaged or was made to mislead: do not trust it"
        case .unknownStorageType: "save the tensors in another dtype"
        case .noStateDict: "name the dictionary that holds the weights, or save the network's state_dict()"
        case .severalStateDicts, .noSuchStateDict, .notAStateDict: "choose one of them"
        case .packedTwice: "the dictionary was assembled from two: save it again"
        }
    }

    /// What a caller could decide differently; empty for most errors.
    public var decisions: [Decision] {
        switch self {
        case .noStateDict, .severalStateDicts, .noSuchStateDict, .notAStateDict: [.stateDict]
        default: []
        }
    }

    private static func list(_ names: [String], most: Int = 12) -> String {
        if names.isEmpty { return "none" }
        return names.prefix(most).joined(separator: ", ") + (names.count > most ? ", and \(names.count - most) more" : "")
    }
}
