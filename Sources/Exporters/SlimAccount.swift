import PthReader
import Tensors

/// What became of every byte of the file that was made slim.
extension SlimFile {
    /// A group of bytes and how much of it the slim file still holds.
    public struct Share: Sendable, Equatable {
        /// The group's name.
        public let name: String
        /// Its bytes in the file.
        public let byteCount: Int
        /// Bytes of storages that what is written still reaches; nil for pickle and container, which are written anew.
        public let stayed: Int?
    }

    /// The groups of `opened`, the file that this was planned from, for an output of this format.
    public func shares(of opened: OpenedFile, as format: any FileFormat.Type) -> [Share] {
        let reached = format.name == PthFormat.name ? StorageReach(root) : StorageReach(weights.entries.map(\.tensor))
        if let checkpoint = opened.checkpoint {
            return PthByteGroups.shares(checkpoint, stateDictPath: opened.selection?.path, reached: reached)
        }
        // Other formats hold one set of weights, and headers.
        let before = StorageReach(opened.weights?.entries.map(\.tensor) ?? [])
        let gone = before.totals.reduce(0) { $0 + max(0, $1.value - (reached.totals[$1.key] ?? 0)) }
        return opened.groups.map { group in
            let isWeights = group.name == CheckpointGroup.backbone.rawValue
            return Share(name: group.name, byteCount: group.byteCount, stayed: isWeights ? max(0, group.byteCount - gone) : nil)
        }
    }

    /// What would stay in a `.pth` but has no place in a file of this format, which holds the state dict and plain values alone.
    public func leftOut(by format: any FileFormat.Type) -> [String] {
        guard format.name != PthFormat.name, case .dictionary(let dictionary) = root else { return [] }
        var found: [String] = []
        rest(of: dictionary, at: "", into: &found)
        return found
    }

    private func rest(of dictionary: CheckpointDictionary, at path: String, into found: inout [String]) {
        for entry in dictionary.entries {
            let place = path.isEmpty ? entry.key.pathComponent : "\(path).\(entry.key.pathComponent)"
            if stateDictPath.isEmpty || place == stateDictPath { continue }
            if stateDictPath.hasPrefix(place + "."), case .dictionary(let inner) = entry.value {
                rest(of: inner, at: place, into: &found)
            } else if !path.isEmpty || PthMetadata.plain(entry.value) == nil {
                found.append("\(place) (\(entry.value.kindName))")
            }
        }
    }
}
