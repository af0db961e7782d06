extension Model {
    /// The model with each run of reshapes that nothing else reads as one reshape: two axes that one program adds at once, others add one
    /// after the other.
    package func joiningReshapes() throws(GraphError) -> Model {
        var readers: [String: Int] = [:]
        for value in graph.nodes.flatMap(\.inputs) + graph.outputs { readers[value, default: 0] += 1 }
        var nodes: [Node] = []
        var places: [String: Int] = [:]
        for node in graph.nodes {
            if case .reshape(let sizes) = node.operation, let input = node.inputs.first, readers[input] == 1, let place = places[input],
                case .reshape(let earlier) = nodes[place].operation, let joined = Model.joined(earlier, sizes)
            {
                nodes[place].operation = .reshape(joined)
                nodes[place].output = node.output
                places[node.output] = place
                continue
            }
            places[node.output] = nodes.count
            nodes.append(node)
        }
        guard nodes.count < graph.nodes.count else { return self }
        return try Model(
            weights: weights, graph: Graph(inputs: graph.inputs, nodes: nodes, outputs: graph.outputs), contract: contract,
            architecture: architecture)
    }

    /// The sizes that a value has after two reshapes, as those of one; nil if they cannot be written so.
    private static func joined(_ first: [Int], _ second: [Int]) -> [Int]? {
        var sizes: [Int] = []
        for (position, size) in second.enumerated() {
            guard size == 0 else {
                sizes.append(size)
                continue
            }
            guard first.indices.contains(position) else { return nil }
            sizes.append(first[position])
        }
        return sizes.filter { $0 == -1 }.count <= 1 ? sizes : nil
    }
}
