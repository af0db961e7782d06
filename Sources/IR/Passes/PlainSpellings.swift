extension Model {
    /// The graph with operations that have two spellings in the plainer one, so that graphs can be compared: a reshape of everything after
    /// the batch is a flatten, and a mean over a given number of equal parts is a pooling.
    package var graphInPlainSpelling: Graph {
        var graph = graph
        for index in graph.nodes.indices {
            let node = graph.nodes[index]
            guard let input = node.inputs.first.flatMap({ valueTypes[$0] })?.shape, let output = valueTypes[node.output]?.shape else {
                continue
            }
            switch node.operation {
            case .reshape where output.count == 2 && output[0] == input[0] && input[0].fixed == nil: graph.nodes[index].operation = .flatten
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
