extension Model {
    /// The graph in which two programs' spellings of the same network are alike: `graphInPlainSpelling`, with the sizes of reshapes written
    /// out, several reshapes in a row as one, and pools that reach past the end only if there is something past it.
    package var comparableGraph: Graph {
        var graph = graphInPlainSpelling
        for index in graph.nodes.indices { graph.nodes[index].operation = comparable(graph.nodes[index]) }
        joinReshapes(&graph)
        return graph
    }

    private func comparable(_ node: Node) -> Operation {
        let output = valueTypes[node.output]?.shape ?? []
        switch node.operation {
        case .reshape:
            let sizes = output.enumerated().map { axis, size in size.fixed ?? (axis == 0 ? 0 : -1) }
            return sizes.dropFirst().contains(-1) ? node.operation : .reshape(sizes)
        case .maxPool(let pooling): return .maxPool(pooling.withoutIdleCeiling(valueTypes[node.inputs.first ?? ""]?.shape, output))
        case .averagePool(let pooling): return .averagePool(pooling.withoutIdleCeiling(valueTypes[node.inputs.first ?? ""]?.shape, output))
        default: return node.operation
        }
    }

    /// A reshape of a reshape reads what the first one reads.
    private func joinReshapes(_ graph: inout Graph) {
        var readers: [String: Int] = [:]
        for value in graph.nodes.flatMap(\.inputs) + graph.outputs { readers[value, default: 0] += 1 }
        var sources: [String: String] = [:]
        var gone: Set<String> = []
        for index in graph.nodes.indices {
            switch graph.nodes[index].operation {
            case .reshape, .flatten: break
            default: continue
            }
            guard let input = graph.nodes[index].inputs.first else { continue }
            if let source = sources[input], readers[input] == 1 {
                graph.nodes[index].inputs = [source]
                gone.insert(input)
            }
            sources[graph.nodes[index].output] = graph.nodes[index].inputs[0]
        }
        graph.nodes.removeAll { gone.contains($0.output) }
    }
}

extension Pooling {
    /// The same window without `ceilMode` if the sizes come out the same.
    fileprivate func withoutIdleCeiling(_ input: [Dimension]?, _ output: [Dimension]) -> Pooling {
        guard ceilMode, let input, input.count == 4, output.count == 4 else { return self }
        func floor(_ size: Dimension, _ kernel: Int, _ stride: Int, _ before: Int, _ after: Int) -> Int? {
            size.fixed.map { (max($0 + before + after - kernel, 0)) / max(stride, 1) + 1 }
        }
        guard floor(input[2], kernel.height, stride.height, padding.top, padding.bottom) == output[2].fixed, output[2].fixed != nil,
            floor(input[3], kernel.width, stride.width, padding.left, padding.right) == output[3].fixed, output[3].fixed != nil
        else { return self }
        var plain = self
        plain.ceilMode = false
        return plain
    }
}
