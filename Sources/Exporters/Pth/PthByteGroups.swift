import ConvertTensors
import PthReader

/// Assigns every byte of a checkpoint to the group that it serves.
enum PthByteGroups {
    static func account(_ checkpoint: Checkpoint, stateDictPath: String?) -> [OpenedFile.Group] {
        shares(checkpoint, stateDictPath: stateDictPath, reached: StorageReach()).map {
            OpenedFile.Group(name: $0.name, byteCount: $0.byteCount)
        }
    }

    /// The same, with the number of bytes of each group's storages that `reached` covers; nil for groups that are not storages.
    static func shares(_ checkpoint: Checkpoint, stateDictPath: String?, reached: StorageReach) -> [SlimFile.Share] {
        // A storage that several groups share belongs to the first of them in this order.
        var owner: [StorageReach.Key: CheckpointGroup] = [:]
        // Shared containers can expand exponentially, so all entries together are followed only this far.
        var left = 4_000_000
        func claim(_ value: CheckpointValue, for group: CheckpointGroup) {
            value.walkValues(left: &left) { inner in
                for storage in inner.ownStorages {
                    let id = StorageReach.Key(storage)
                    if owner[id].map({ rank(group) < rank($0) }) ?? true { owner[id] = group }
                }
            }
        }
        if case .dictionary(let dictionary) = checkpoint.root, stateDictPath != "" {
            for entry in dictionary.entries {
                let key = entry.key.pathComponent
                claim(entry.value, for: CheckpointGroup.of(key: key, value: entry.value, stateDictPath: stateDictPath))
            }
        } else {
            claim(checkpoint.root, for: stateDictPath == nil ? .other : .backbone)
        }
        var bytes: [String: Int] = [:]
        var stayed: [String: Int] = [:]
        var named = 0
        for region in checkpoint.regions {
            named += region.byteCount
            let group: String
            if let storage = region.storage {
                group = owner[StorageReach.Key(storage)]?.rawValue ?? unused
                stayed[group, default: 0] += min(region.byteCount, reached.byteCount(of: storage))
            } else if region.name.hasSuffix("data.pkl") || region.name.contains("pickle") || region.name == "tensors" {
                group = "pickle"
            } else if region.name.split(separator: "/").dropLast().last == "data" {
                group = unused
                stayed[group, default: 0] += 0
            } else {
                group = "container"
            }
            bytes[group, default: 0] += region.byteCount
        }
        bytes["container", default: 0] += max(0, checkpoint.file.bytes.count - named)
        let order = CheckpointGroup.allCases.map(\.rawValue) + [unused, "pickle", "container"]
        return order.compactMap { name in
            bytes[name].map { SlimFile.Share(name: name, byteCount: $0, stayed: stayed[name]) }
        }
    }

    private static let unused = "unused storages"

    private static func rank(_ group: CheckpointGroup) -> Int { CheckpointGroup.allCases.firstIndex(of: group) ?? 0 }
}
