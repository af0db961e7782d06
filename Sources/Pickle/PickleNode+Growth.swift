/// Growing containers in place: each method first moves the array out of the node, so that it is the only reference and nothing is
/// copied.
extension PickleNode {
    /// Appends to a list; returns false for any other node.
    mutating func append(_ new: some Sequence<PickleValue>) -> Bool {
        guard case .list(var items) = self else { return false }
        self = .outOfBandBuffer
        items.append(contentsOf: new)
        self = .list(items)
        return true
    }

    /// Adds to a set; returns false for any other node.
    mutating func insert(_ new: some Sequence<PickleValue>) -> Bool {
        guard case .set(var items) = self else { return false }
        self = .outOfBandBuffer
        items.append(contentsOf: new)
        self = .set(items)
        return true
    }

    /// Sets entries of a dictionary; returns false for any other node.
    mutating func set(_ new: some Sequence<PickleEntry>) -> Bool {
        guard case .dictionary(var entries) = self else { return false }
        self = .outOfBandBuffer
        entries.append(contentsOf: new)
        self = .dictionary(entries)
        return true
    }
}
