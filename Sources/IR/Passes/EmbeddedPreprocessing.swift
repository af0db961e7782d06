extension Model {
    /// The model with its mean and scale inside, for users that feed raw pixels from 0 to 255.
    ///
    /// The nodes' names begin with `Sub` and `Mul`, by which insightface's loader recognizes that it must not scale again.
    /// - Parameter elements: what the pixels are given as.
    package func embeddingPreprocessing(elements: ElementType) throws(GraphError) -> Model {
        guard graph.inputs.count == 1, let input = graph.inputs.first else {
            throw .notOneValue(kind: "input", names: graph.inputs.map(\.name), purpose: "embed preprocessing")
        }
        guard let (mean, deviation) = contract.scaling else { throw .unknownScale }
        var graph = graph
        let taken = Set(valueTypes.keys).union(graph.nodes.map(\.name))
        func node(_ name: String, _ operation: Operation, _ input: String) -> Node {
            var name = name
            while taken.contains(name) { name += "_" }
            return Node(name: name, operation: operation, inputs: [input], output: name)
        }
        var first: [Node] = []
        var value = input.name
        if elements == .uint8 {
            first.append(node("Cast_preprocess", .convertToFloat, value))
            value = first.last?.output ?? value
        }
        if mean != 0 {
            first.append(node("Sub_preprocess", .subtract(mean.map { Float($0).shortestDecimal }), value))
            value = first.last?.output ?? value
        }
        if deviation != 1 {
            first.append(node("Mul_preprocess", .multiply(deviation.map { Float(1 / $0).shortestDecimal }), value))
            value = first.last?.output ?? value
        }
        for index in graph.nodes.indices {
            graph.nodes[index].inputs = graph.nodes[index].inputs.map { $0 == input.name ? value : $0 }
        }
        graph.nodes.insert(contentsOf: first, at: 0)
        graph.inputs[0].type.elements = elements
        var contract = contract
        contract.mean = 0
        contract.standardDeviation = 1
        return try Model(weights: weights, graph: graph, contract: contract, architecture: architecture)
    }
}
