extension Model {
    /// Most channels that a slice is spelled as a list of.
    private static let mostListedChannels = 1 << 16

    /// The graph with operations that have two spellings in one of them, so that graphs can be compared: a reshape of everything after
    /// the batch is a flatten, a mean over a given number of equal parts is a pooling, sizes that follow are numbers, numbers are those of float32, and a slice of an image's channels is a list of them.
    package var graphInPlainSpelling: Graph {
        var graph = graph
        for index in graph.nodes.indices {
            graph.nodes[index].operation = graph.nodes[index].operation.withSinglePrecisionNumbers
            let node = graph.nodes[index]
            guard let input = node.inputs.first.flatMap({ valueTypes[$0] })?.shape, let output = valueTypes[node.output]?.shape else {
                continue
            }
            switch node.operation {
            case .reshape where output.count == 2 && output[0] == input[0] && input[0].fixed == nil: graph.nodes[index].operation = .flatten
            case .reshape:
                // Sizes that are left to be computed, as numbers.
                graph.nodes[index].operation = .reshape(
                    output.enumerated().map { position, size in
                        size.fixed ?? (input.indices.contains(position) && input[position] == size ? 0 : -1)
                    })
            case .maxPool(let pooling):
                graph.nodes[index].operation = .maxPool(pooling.withoutVainCeiling(from: input.map(\.fixed), to: output.map(\.fixed)))
            case .averagePool(let pooling):
                graph.nodes[index].operation = .averagePool(pooling.withoutVainCeiling(from: input.map(\.fixed), to: output.map(\.fixed)))
            case .slice(let slice) where slice.axis == 1 && input.count == 4:
                guard let channels = input[1].fixed, channels <= Model.mostListedChannels else { continue }
                let (start, count) = slice.range(channels)
                graph.nodes[index].operation = .selectChannels((0..<count).map { start + $0 * slice.step })
            case .adaptiveAveragePool(let size):
                if size == Size2D(1) { graph.nodes[index].operation = .globalAveragePool }
                guard size != Size2D(1), let height = input[2].fixed, let width = input[3].fixed, height.isMultiple(of: size.height),
                    width.isMultiple(of: size.width)
                else { continue }
                let window = Size2D(height / size.height, width / size.width)
                graph.nodes[index].operation = .averagePool(Pooling(kernel: window, stride: window))
            default: continue
            }
        }
        return graph
    }
}
