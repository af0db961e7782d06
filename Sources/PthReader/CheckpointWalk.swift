import ConvertTensors

extension CheckpointValue {
    /// Calls `visit` for every value, parents first, with its path. Visits at most `limit` values, so that nested shared containers
    /// cannot expand without end; returns false if the limit was reached.
    @discardableResult
    public func walk(limit: Int = 4_000_000, _ visit: (_ path: [String], _ value: CheckpointValue) throws -> Void) rethrows -> Bool {
        var left = limit
        try walk(path: [], left: &left, visit)
        return left > 0
    }

    private func walk(path: [String], left: inout Int, _ visit: ([String], CheckpointValue) throws -> Void) rethrows {
        guard left > 0 else { return }
        left -= 1
        try visit(path, self)
        switch self {
        case .list(let items), .tuple(let items), .set(let items), .frozenSet(let items):
            for (index, item) in items.enumerated() {
                guard left > 0 else { return }
                try item.walk(path: path + ["\(index)"], left: &left, visit)
            }
        case .dictionary(let dictionary):
            for entry in dictionary.entries {
                guard left > 0 else { return }
                try entry.value.walk(path: path + [entry.key.pathComponent], left: &left, visit)
            }
        case .placeholder(let object):
            for (index, item) in (object.arguments + object.states + object.items).enumerated() {
                try item.walk(path: path + ["\(index)"], left: &left, visit)
            }
            for entry in object.entries.entries { try entry.value.walk(path: path + [entry.key.pathComponent], left: &left, visit) }
        default: break
        }
    }

    /// Calls `visit` for every value, parents first, without paths, until `left` values have been visited.
    public func walkValues(left: inout Int, _ visit: (CheckpointValue) throws -> Void) rethrows {
        guard left > 0 else { return }
        left -= 1
        try visit(self)
        switch self {
        case .list(let items), .tuple(let items), .set(let items), .frozenSet(let items):
            for item in items {
                guard left > 0 else { return }
                try item.walkValues(left: &left, visit)
            }
        case .dictionary(let dictionary):
            for entry in dictionary.entries {
                guard left > 0 else { return }
                try entry.value.walkValues(left: &left, visit)
            }
        case .placeholder(let object):
            for item in object.arguments + object.states + object.items { try item.walkValues(left: &left, visit) }
            for entry in object.entries.entries { try entry.value.walkValues(left: &left, visit) }
        default: break
        }
    }

    /// The storages used by this value itself, not by its children.
    public var ownStorages: [Storage] {
        switch self {
        case .tensor(let tensor): [tensor.tensor.storage]
        case .quantizedTensor(let tensor):
            if case .perChannel(let scales, let zeros, _) = tensor.scheme {
                [tensor.integers.tensor.storage, scales.tensor.storage, zeros.tensor.storage]
            } else {
                [tensor.integers.tensor.storage]
            }
        case .sparseTensor(let tensor): tensor.parts.map(\.tensor.tensor.storage)
        case .storage(let storage): [storage.storage]
        case .numpyArray(let array): array.tensor.map { [$0.storage] } ?? []
        default: []
        }
    }
}
