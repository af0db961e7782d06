extension PickleDocument {
    /// Throws `PickleError.tooDeep` if values nest deeper than `limit`, so that readers may recurse, and counts the values that following
    /// every reference would visit. A cycle counts once.
    mutating func measure(depthLimit limit: Int, file: String) throws {
        // Longest path over the nodes, by depth-first search without recursion; a node on the current path closes a cycle.
        enum State: UInt8 { case new, open, done }
        var states = [State](repeating: .new, count: nodes.count)
        var heights = [Int32](repeating: 0, count: nodes.count)
        var unfolded = [Int](repeating: 1, count: nodes.count)
        // Every node counts, even one that was popped and cannot be reached from the root: scans look at those too.
        for first in nodes.indices where states[first] == .new {
            var path: [(node: Int, children: [Int], next: Int)] = [(first, children(of: first), 0)]
            states[first] = .open
            while let step = path.last {
                guard path.count <= limit else { throw PickleError.tooDeep(file: file, limit: limit) }
                if step.next < step.children.count {
                    path[path.count - 1].next += 1
                    let child = step.children[step.next]
                    if states[child] == .new {
                        states[child] = .open
                        path.append((child, children(of: child), 0))
                    } else if states[child] == .done {
                        heights[step.node] = max(heights[step.node], heights[child] + 1)
                    }
                } else {
                    path.removeLast()
                    states[step.node] = .done
                    unfolded[step.node] = step.children.reduce(leafCount(step.node)) { sum, child in
                        // The sum saturates; a child that is still open closes a cycle and counts once.
                        let (next, overflow) = sum.addingReportingOverflow(unfolded[child])
                        return overflow ? Int.max : next
                    }
                    guard heights[step.node] < limit else { throw PickleError.tooDeep(file: file, limit: limit) }
                    if let parent = path.last?.node { heights[parent] = max(heights[parent], heights[step.node] + 1) }
                }
            }
        }
        if case .node(let index) = root { unfoldedCount = unfolded[index] } else { unfoldedCount = 1 }
    }

    /// The node itself and the numbers directly inside it.
    private func leafCount(_ index: Int) -> Int {
        switch nodes[index] {
        case .list(let items), .tuple(let items), .set(let items), .frozenSet(let items): 1 + items.count
        case .dictionary(let entries): 1 + 2 * entries.count
        default: 1
        }
    }

    /// Indices of the nodes that a node refers to; for an object, the callable comes first if it is a node.
    package func children(of index: Int) -> [Int] {
        func place(_ value: PickleValue) -> Int? { if case .node(let place) = value { place } else { nil } }
        switch nodes[index] {
        case .list(let items), .tuple(let items), .set(let items), .frozenSet(let items): return items.compactMap(place)
        case .dictionary(let entries): return entries.flatMap { [$0.key, $0.value] }.compactMap(place)
        case .object(let object):
            let parts = [object.callable, object.arguments] + (object.keywords.map { [$0] } ?? []) + object.states + object.items
            return (parts + object.entries.flatMap { [$0.key, $0.value] }).compactMap(place)
        case .persistentReference(let id): return [id].compactMap(place)
        default: return []
        }
    }
}
