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
        guard format.name != PthFormat.name else { return [] }
        var found: [String] = []
        rest(of: root, at: [], into: &found)
        return found
    }

    private func rest(of value: CheckpointValue, at path: [String], into found: inout [String]) {
        let children: [(name: String, value: CheckpointValue)]
        switch value {
        case .dictionary(let dictionary): children = dictionary.entries.map { ($0.key.pathComponent, $0.value) }
        case .list(let items), .tuple(let items): children = items.enumerated().map { ("\($0.offset)", $0.element) }
        default: return
        }
        for child in children {
            let place = path + [child.name]
            if stateDictComponents.isEmpty || place == stateDictComponents { continue }
            if stateDictComponents.starts(with: place) {
                rest(of: child.value, at: place, into: &found)
            } else if !path.isEmpty || !isMetadata(child.value) {
                found.append("\(place.joined(separator: ".")) (\(child.value.kindName))")
            }
        }
    }

    /// Whether an entry at the top is kept as metadata.
    private func isMetadata(_ value: CheckpointValue) -> Bool {
        if case .dictionary = root { return PthMetadata.plain(value) != nil }
        return false
    }
}
