extension PickleDocument {
    /// How many values there are once every shared container is written out wherever it stands, as a reader that copies does; `limit` where
    /// they are more. A cycle counts once. The document's depth is bounded, so that this may recurse.
    public func unfoldedCount(limit: Int) -> Int {
        var counts = [Int](repeating: -1, count: nodes.count)
        var open = Set<Int>()
        func count(_ index: Int) -> Int {
            if counts[index] >= 0 { return counts[index] }
            guard open.insert(index).inserted else { return 0 }
            defer { open.remove(index) }
            var sum = 1
            for child in children(of: index) {
                sum += count(child)
                if sum >= limit {
                    sum = limit
                    break
                }
            }
            counts[index] = sum
            return sum
        }
        guard case .node(let root) = root else { return 1 }
        return count(root)
    }
}
