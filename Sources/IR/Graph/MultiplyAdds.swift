extension Model {
    /// Multiplications with an addition each that convolutions, linear layers and matrix products take for one image, as the field counts
    /// the cost of a network; nil if an image may have several sizes.
    package var multiplyAdds: Int? {
        var total = 0
        for node in graph.nodes {
            guard let terms = terms(of: node) else { continue }
            guard let sizes = valueTypes[node.output]?.shape.dropFirst() else { return nil }
            var count = terms
            for size in sizes {
                guard let size = size.fixed else { return nil }
                let (product, overflows) = count.multipliedReportingOverflow(by: size)
                guard !overflows else { return nil }
                count = product
            }
            let (sum, overflows) = total.addingReportingOverflow(count)
            guard !overflows else { return nil }
            total = sum
        }
        return total
    }

    /// Terms of the sum that each number of a node's output is; nil if it is not such a sum.
    private func terms(of node: Node) -> Int? {
        switch node.operation {
        case .convolution(let layer): weights[layer.weight]?.shape.dropFirst().reduce(1, *)
        case .linear(let layer): weights[layer.weight]?.shape.last
        case .matrixProduct: node.inputs.first.flatMap { valueTypes[$0]?.shape.last?.fixed }
        default: nil
        }
    }
}
