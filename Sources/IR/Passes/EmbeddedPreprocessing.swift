extension Model {
    /// The model with its mean and scale inside, for users that feed raw pixels from 0 to 255.
    ///
    /// The nodes' names begin with `Sub` and `Mul`, by which insightface's loader recognises that it must not scale again.
    /// - Parameter elements: what the pixels are given as.
    public func embeddingPreprocessing(elements: ElementType) throws(GraphError) -> Model {
        guard graph.inputs.count == 1, let input = graph.inputs.first else { return self }
        var graph = graph
        func free(_ name: String) -> String {
            var name = name
            while valueTypes[name] != nil { name += "_" }
            return name
        }
        var first: [Node] = []
        var value = input.name
        if elements == .uint8 {
            first.append(Node(name: "Cast_preprocess", operation: .convertToFloat, inputs: [value], output: free("Cast_preprocess")))
            value = free("Cast_preprocess")
        }
        if contract.mean != 0 {
            let node = Node(
                name: "Sub_preprocess", operation: .subtract(Float(contract.mean).shortestDecimal), inputs: [value],
                output: free("Sub_preprocess"))
            first.append(node)
            value = node.output
        }
        if contract.standardDeviation != 1 {
            let node = Node(
                name: "Mul_preprocess", operation: .multiply(Float(1 / contract.standardDeviation).shortestDecimal), inputs: [value],
                output: free("Mul_preprocess"))
            first.append(node)
            value = node.output
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
