import ConvertFiles
import ConvertTensors
import PthReader

/// Which byte range of each storage a set of tensors uses: what a writer that copies only those bytes takes along.
struct StorageReach {
    /// Identifies a storage by its name or, for a view, by the name of the storage that it is a view of: old containers treat part of a
    /// storage as a storage of its own and name it after the whole.
    struct Key: Hashable {
        let name: ExactText

        init(_ storage: Storage) {
            name = ExactText(String(storage.name.utf8Prefix(before: ", view ")))
        }
    }

    private var stretches: [ObjectIdentifier: (storage: Storage, used: Range<Int>)] = [:]

    /// Nothing is used.
    init() {}

    /// What all values inside `root` use.
    init(_ root: CheckpointValue) {
        var left = 4_000_000
        root.walkValues(left: &left) { value in
            switch value {
            case .tensor(let tensor): add(tensor.tensor)
            case .numpyArray(let array): if let tensor = array.tensor { add(tensor) }
            default: for storage in value.ownStorages { add(storage, 0..<storage.byteCount) }
            }
        }
    }

    /// What these tensors use.
    init(_ tensors: [Tensor]) { tensors.forEach { add($0) } }

    /// Bytes of the storage, or of views of it, that are used.
    func byteCount(of storage: Storage) -> Int { totals[Key(storage)] ?? 0 }

    /// Used bytes by storage.
    private(set) var totals: [Key: Int] = [:]

    private mutating func add(_ tensor: Tensor) { add(tensor.storage, tensor.usedBytes) }

    private mutating func add(_ storage: Storage, _ used: Range<Int>) {
        guard !used.isEmpty else { return }
        let id = ObjectIdentifier(storage)
        let before = stretches[id]?.used ?? used
        let after = min(before.lowerBound, used.lowerBound)..<max(before.upperBound, used.upperBound)
        totals[Key(storage), default: 0] += after.count - (stretches[id]?.used.count ?? 0)
        stretches[id] = (storage, after)
    }
}

extension String {
    /// The text before the first `mark`; all of it if there is none.
    fileprivate func utf8Prefix(before mark: String) -> Substring {
        var start = startIndex
        while let found = self[start...].firstIndex(where: { $0 == mark.first }) {
            if self[found...].hasPrefix(mark) { return self[..<found] }
            start = index(after: found)
        }
        return self[...]
    }
}
