/// Where a network's input keeps its channels.
public enum InputLayout: String, Sendable {
    /// N×C×H×W.
    case planes
    /// N×H×W×C, as TensorFlow keeps images; the graph's first node moves the channels.
    case channelsLast

    /// The number of channels in an input's shape; nil if it is not an image, or not known.
    public func channels(of shape: [Dimension]) -> Int? {
        guard shape.count == 4 else { return nil }
        return (self == .planes ? shape[1] : shape[3]).fixed
    }

    /// The axes of height and width; nil for what is not an image.
    public func imageAxes(of shape: [Dimension]) -> (height: Int, width: Int)? {
        guard shape.count == 4 else { return nil }
        return self == .planes ? (2, 3) : (1, 2)
    }
}

extension Graph {
    /// The axes that move channels from the last place to the second.
    private static let toPlanes = [0, 3, 1, 2]

    /// Nodes that read the first input.
    private var firstReaders: [Node] { inputs.first.map { input in nodes.filter { $0.inputs.contains(input.name) } } ?? [] }

    /// Where the input keeps its channels: last, if all that reads it is a permutation to planes, before or after a cast to float.
    public var inputLayout: InputLayout {
        guard inputs.first?.type.shape.count == 4 else { return .planes }
        var readers = firstReaders
        if readers.count == 1, case .convertToFloat = readers[0].operation {
            let value = readers[0].output
            readers = nodes.filter { $0.inputs.contains(value) }
        }
        guard readers.count == 1, case .permute(Graph.toPlanes) = readers[0].operation else { return .planes }
        return .channelsLast
    }
}

extension Model {
    /// Where the input keeps its channels.
    public var inputLayout: InputLayout { graph.inputLayout }

    /// The same network over planes: without the permutation that begins it. A model over planes is returned as it is.
    public func overPlanes() throws(GraphError) -> Model {
        guard inputLayout == .channelsLast, let input = graph.inputs.first,
            let place = graph.nodes.firstIndex(where: { if case .permute = $0.operation { true } else { false } })
        else { return self }
        var changed = graph
        let node = changed.nodes.remove(at: place)
        let source = node.inputs.first ?? input.name
        for index in changed.nodes.indices {
            changed.nodes[index].inputs = changed.nodes[index].inputs.map { $0 == node.output ? source : $0 }
        }
        changed.outputs = changed.outputs.map { $0 == node.output ? source : $0 }
        let shape = input.type.shape
        changed.inputs[0].type.shape = [shape[0], shape[3], shape[1], shape[2]]
        return try Model(weights: weights, graph: changed, contract: contract, architecture: architecture)
    }
}
