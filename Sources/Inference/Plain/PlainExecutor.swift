import ConvertIR

/// Runs a graph in float64 as its operations are defined: what the fast executor is tested against.
package struct PlainExecutor: Sendable {
    private let model: Model

    /// An executor for a model.
    package init(_ model: Model) { self.model = model }

    /// The outputs for images × channels × height × width, in the graph's order.
    package func run(_ input: PlainTensor) throws -> [(name: String, tensor: PlainTensor)] {
        let values = try run(input, keeping: Set(model.graph.outputs))
        return try model.graph.outputs.map { name in
            guard let tensor = values[name] else { throw GraphError.missingOutput(name: name) }
            return (name, tensor)
        }
    }

    /// The values of these names, outputs or not: what a comparison layer by layer needs.
    package func run(_ input: PlainTensor, keeping names: Set<String>) throws -> [String: PlainTensor] {
        guard model.graph.inputs.count == 1, let first = model.graph.inputs.first else {
            throw InferenceError.severalInputs(names: model.graph.inputs.map(\.name))
        }
        try InputCheck.check(input.shape, against: first.type)
        var values = [first.name: input]
        var kept: [String: PlainTensor] = [:]
        if names.contains(first.name) { kept[first.name] = input }
        var lastUse: [String: Int] = [:]
        for (index, node) in model.graph.nodes.enumerated() { for name in node.inputs { lastUse[name] = index } }
        for (index, node) in model.graph.nodes.enumerated() {
            let inputs = try node.inputs.map { name in
                guard let value = values[name] else { throw GraphError.unknownValue(name: name, node: node.name) }
                return value
            }
            let result = try PlainNode(node: node, inputs: inputs, model: model, images: input.shape.first ?? 1).output()
            values[node.output] = result
            if names.contains(node.output) { kept[node.output] = result }
            for name in node.inputs where lastUse[name] == index { values[name] = nil }
        }
        return kept
    }
}
