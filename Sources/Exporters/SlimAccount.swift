import ConvertTensors
import PthReader

// Accounts for every byte of the file that was slimmed.
extension SlimFile {
    /// A group of bytes, and how many of them the slim file keeps.
    package struct Share: Sendable, Equatable {
        /// The group's name.
        package let name: String
        /// Size of the group in the original file, in bytes.
        package let byteCount: Int
        /// Bytes of storages that the slim file still uses; nil for what is written anew: the pickle, the container, and weights that are rounded.
        package let stayed: Int?
    }

    /// The groups of `opened`, the file that this was planned from, for an output in the given format.
    package func shares(of opened: OpenedFile, as format: any FileFormat.Type) -> [Share] {
        let reached = format.capabilities.holdsAnyValue ? StorageReach(root) : StorageReach(weights.entries.map(\.tensor))
        if let checkpoint = opened.checkpoint {
            return PthByteGroups.shares(checkpoint, stateDictPath: opened.selection?.path, reached: reached).map { share in
                let isRewritten = isRounded && share.name == CheckpointGroup.backbone.rawValue
                return isRewritten ? Share(name: share.name, byteCount: share.byteCount, stayed: nil) : share
            }
        }
        // Other formats consist of one set of weights and headers.
        let before = StorageReach(opened.weights?.entries.map(\.tensor) ?? [])
        let gone = before.totals.reduce(0) { $0 + max(0, $1.value - (reached.totals[$1.key] ?? 0)) }
        return opened.groups.map { group in
            let isWeights = group.name == CheckpointGroup.backbone.rawValue
            return Share(
                name: group.name, byteCount: group.byteCount, stayed: isWeights && !isRounded ? max(0, group.byteCount - gone) : nil)
        }
    }

    /// Values that a `.pth` would keep but this format cannot hold, because it stores only the state dict and plain values.
    package func leftOut(by format: any FileFormat.Type) -> [String] {
        guard !format.capabilities.holdsAnyValue else { return [] }
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
            let childPath = path + [child.name]
            if stateDictComponents.isEmpty || childPath == stateDictComponents { continue }
            if stateDictComponents.starts(with: childPath) {
                rest(of: child.value, at: childPath, into: &found)
            } else if !path.isEmpty || !isMetadata(child.value) {
                found.append("\(childPath.joined(separator: ".")) (\(child.value.kindName))")
            }
        }
    }

    /// Whether a top-level entry is kept as metadata.
    private func isMetadata(_ value: CheckpointValue) -> Bool {
        if case .dictionary = root { return PthMetadata.plain(value) != nil }
        return false
    }
}
