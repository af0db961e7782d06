/// Where a network's input keeps its channels.
package enum InputLayout: String, Sendable {
    /// N×C×H×W.
    case planes
    /// N×H×W×C, as TensorFlow keeps images; the graph's first node moves the channels.
    case channelsLast

    /// The number of channels in an input's shape; nil if it is not an image, or not known.
    package func channels(of shape: [Dimension]) -> Int? {
        guard shape.count == 4 else { return nil }
        return (self == .planes ? shape[1] : shape[3]).fixed
    }

    /// The axes of height and width; nil if it is not an image.
    package func imageAxes(of shape: [Dimension]) -> (height: Int, width: Int)? {
        guard shape.count == 4 else { return nil }
        return self == .planes ? (2, 3) : (1, 2)
    }
}

extension Graph {
    /// The permutation that moves channels from the last axis to the second.
    private static let toPlanes = [0, 3, 1, 2]

    /// Where the input keeps its channels: last, if all that reads it is a permutation to planes, with nothing before it but a cast and
    /// arithmetic with single numbers.
    package var inputLayout: InputLayout { movesChannels == nil ? .planes : .channelsLast }

    /// The index of the node that moves channels from the last axis to the second before any layer; nil without one.
    fileprivate var movesChannels: Int? {
        guard let input = inputs.first, input.type.shape.count == 4 else { return nil }
        var value = input.name
        for _ in 0..<nodes.count {
            let readers = nodes.indices.filter { nodes[$0].inputs.contains(value) }
            guard readers.count == 1, let index = readers.first, !outputs.contains(value) else { return nil }
            switch nodes[index].operation {
            case .permute(Graph.toPlanes): return index
            case .convertToFloat: break
            case .multiply(let numbers), .divide(let numbers), .subtract(let numbers):
                guard numbers.single != nil else { return nil }
            default: return nil
            }
            value = nodes[index].output
        }
        return nil
    }
}

extension Model {
    /// Where the input keeps its channels.
    package var inputLayout: InputLayout { graph.inputLayout }

    /// The same network over planes: without the permutation that begins it. A model over planes is returned as it is.
    package func overPlanes() throws(GraphError) -> Model {
        guard let position = graph.movesChannels, let input = graph.inputs.first else { return self }
        var changed = graph
        let node = changed.nodes.remove(at: position)
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
