import Files
import PthReader
import Tensors

/// A wrong checksum with the tensors that lie in the damaged bytes.
public struct DamagedTensors: DescribedError, Equatable {
    /// What is wrong, for people.
    public let problem: String
    /// What to do about it.
    public let remedy: String

    /// Nil if no tensor lies there.
    init?(_ error: any DescribedError, tensors: [String]) {
        guard let first = tensors.first else { return nil }
        let more =
            tensors.count > 1
            ? tensors.count > 3 ? " and \(tensors.count - 1) more" : ", " + tensors.dropFirst().joined(separator: ", ") : ""
        problem =
            "\(error.problem); \(tensors.count == 1 ? "the tensor" : "the tensors") \(first)\(more) \(tensors.count == 1 ? "lies" : "lie") there"
        remedy = error.remedy
    }
}

extension OpenedFile {
    /// Runs `body`; an error about damaged bytes leaves it with the names of the tensors that lie in them.
    public func namingDamage<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as any DescribedError {
            let entries = weights?.entries ?? []
            throw DamagedTensors(error, tensors: entries.filter { $0.tensor.storage.name == error.damagedStorage }.map(\.name)) ?? error
        }
    }
}

extension DescribedError {
    /// The name of the storage whose bytes this error calls damaged.
    fileprivate var damagedStorage: String? {
        switch self as any Error {
        case TensorError.wrongChecksum(let storage, _, _, _): storage
        case ZipError.wrongChecksum(let file, let entry, _, _, _), ZipError.unreadableEntry(let file, let entry, _):
            "\(file), entry \(entry)"
        default: nil
        }
    }
}

/// Recorded checksums of a checkpoint, compared entry by entry; a wrong one names the tensors of the entry.
enum NamedChecksums {
    static func of(_ checkpoint: Checkpoint, selection: StateDictSelection?) -> [Checkpoint.Check] {
        checkpoint.checksums.map { check in
            Checkpoint.Check(name: check.name) {
                do {
                    try check.run()
                } catch let error as any DescribedError {
                    throw DamagedTensors(error, tensors: tensors(in: check.name, of: checkpoint, selection: selection)) ?? error
                }
            }
        }
    }

    /// Names in the state dict, else paths in the checkpoint.
    private static func tensors(in entry: String, of checkpoint: Checkpoint, selection: StateDictSelection?) -> [String] {
        guard let storage = checkpoint.regions.first(where: { $0.name == entry })?.storage else { return [] }
        let key = StorageReach.Key(storage)
        var names: [String] = []
        for item in selection?.dictionary.entries ?? [] where item.value.ownStorages.contains(where: { StorageReach.Key($0) == key }) {
            names.append(item.key.pathComponent)
        }
        guard names.isEmpty else { return names }
        checkpoint.root.walk { path, value in
            if value.ownStorages.contains(where: { StorageReach.Key($0) == key }) { names.append(path.joined(separator: ".")) }
        }
        return names
    }
}
