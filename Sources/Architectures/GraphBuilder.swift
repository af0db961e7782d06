import ConvertIR

/// Assembles a graph layer by layer, taking each layer's weights from the state dict. Nodes have their module's name, without the prefix.
struct GraphBuilder {
    var reader: StateDictReader
    private(set) var nodes: [Node] = []
    private let input: Graph.Input

    init(_ reader: StateDictReader, input: Graph.Input) {
        self.reader = reader
        self.input = input
    }

    /// The name of the input value.
    var start: String { input.name }

    mutating func append(_ name: String, _ operation: Operation, _ inputs: [String]) -> String {
        nodes.append(Node(name: name, operation: operation, inputs: inputs, output: name))
        return name
    }

    mutating func convolution(
        _ name: String, _ value: String, from: Int, to: Int, kernel: Size2D, stride: Int = 1, padding: Padding2D = Padding2D(0),
        groups: Int = 1, hasBias: Bool = false
    ) -> String {
        let weight = reader.take("\(name).weight", [to, from / max(groups, 1), kernel.height, kernel.width])
        let bias = hasBias ? reader.take("\(name).bias", [to]) : nil
        let layer = Convolution(weight: weight, bias: bias, stride: Size2D(stride), padding: padding, groups: groups)
        return append(name, .convolution(layer), [value])
    }

    mutating func batchNorm(_ name: String, _ value: String, channels: Int, epsilon: Double) -> String {
        let layer = BatchNormalization(
            scale: reader.take("\(name).weight", [channels]), bias: reader.take("\(name).bias", [channels]),
            mean: reader.take("\(name).running_mean", [channels]), variance: reader.take("\(name).running_var", [channels]),
            epsilon: reader.weights.epsilons[reader.prefix + name] ?? epsilon)
        reader.allow("\(name).num_batches_tracked")
        return append(name, .batchNormalization(layer), [value])
    }

    mutating func prelu(_ name: String, _ value: String, channels: Int) -> String {
        append(name, .prelu(slope: reader.take("\(name).weight", [channels])), [value])
    }

    mutating func linear(_ name: String, _ value: String, from: Int, to: Int, hasBias: Bool) -> String {
        let weight = reader.take("\(name).weight", [to, from])
        let bias = hasBias ? reader.take("\(name).bias", [to]) : nil
        return append(name, .linear(Linear(weight: weight, bias: bias)), [value])
    }

    /// Finishes the graph. Each output pairs a value with the name under which callers get it.
    mutating func graph(outputs: KeyValuePairs<String, String>) -> Graph {
        for (value, name) in outputs {
            for index in nodes.indices {
                if nodes[index].output == value { nodes[index].output = name }
                nodes[index].inputs = nodes[index].inputs.map { $0 == value ? name : $0 }
            }
        }
        return Graph(inputs: [input], nodes: nodes, outputs: outputs.map(\.value))
    }
}
