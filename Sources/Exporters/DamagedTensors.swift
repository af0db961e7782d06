import ConvertFiles
import ConvertTensors
import PthReader

/// A wrong checksum, with the names of the tensors that lie in the damaged bytes.
package struct DamagedTensors: DescribedError, Equatable {
    /// What is wrong, in words.
    package let problem: String
    /// What to do about it.
    package let remedy: String

    /// Nil if there are no tensors to name.
    init?(_ error: any DescribedError, tensors: [String]) {
        guard !tensors.isEmpty else { return nil }
        let names = tensors.count > 3 ? "\(tensors[0]) and \(tensors.count - 1) more" : tensors.joined(separator: ", ")
        problem = "\(error.problem); \(tensors.count == 1 ? "the tensor \(names) lies" : "the tensors \(names) lie") there"
        remedy = error.remedy
    }
}

extension OpenedFile {
    /// Runs `body`; rethrows an error about damaged bytes with the names of the tensors that lie in them.
    package func namingDamage<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as any DescribedError {
            let entries = weights?.entries ?? []
            throw DamagedTensors(error, tensors: entries.filter { $0.tensor.storage.name == error.damagedStorage }.map(\.name)) ?? error
        }
    }
}

extension DescribedError {
    /// The name of the storage whose bytes this error reports as damaged.
    fileprivate var damagedStorage: String? {
        switch self as any Error {
        case TensorError.wrongChecksum(let storage, _, _, _): storage
        case ZipError.wrongChecksum(let file, let entry, _, _, _), ZipError.unreadableEntry(let file, let entry, _):
            "\(file), entry \(entry)"
        default: nil
        }
    }
}

/// Compares a checkpoint's recorded checksums entry by entry; a wrong one is reported with the tensors of that entry.
enum NamedChecksums {
    static func of(_ checkpoint: Checkpoint, selection: StateDictSelection?) -> [FileCheck] {
        checkpoint.checksums.map { check in
            FileCheck(name: check.name) {
                do {
                    try check.run()
                } catch let error as any DescribedError {
                    throw DamagedTensors(error, tensors: tensors(in: check.name, of: checkpoint, selection: selection)) ?? error
                }
            }
        }
    }

    /// Names in the state dict; if there are none, paths in the checkpoint.
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
