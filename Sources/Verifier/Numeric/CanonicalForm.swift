import ConvertFiles
import ConvertIR
import ConvertTensors

extension Model {
    /// The model with everything folded that exporters and optimizers fold: batch normalization and constant factors go into the layer
    /// before them, and reshapes into one. Two networks that were folded to different degrees have the same canonical form, up to rounding.
    func canonicalForm() throws -> Model { try foldingBatchNormalization().foldingFactors().joiningReshapes() }

    /// Folds a factor after a convolution or linear layer into the layer's weights, unless something else reads the layer.
    private func foldingFactors() throws -> Model {
        var readers: [String: Int] = [:]
        for value in graph.nodes.flatMap(\.inputs) + graph.outputs { readers[value, default: 0] += 1 }
        var uses: [String: Int] = [:]
        for node in graph.nodes { for weight in node.operation.weights { uses[weight.key, default: 0] += 1 } }
        var nodes: [Node] = []
        var places: [String: Int] = [:]
        var factors: [String: Double] = [:]
        for node in graph.nodes {
            if let factor = node.operation.factor, let input = node.inputs.first, readers[input] == 1, let place = places[input],
                nodes[place].operation.isLayer, nodes[place].operation.weights.allSatisfy({ uses[$0.key] == 1 })
            {
                for weight in nodes[place].operation.weights { factors[weight.key, default: 1] *= factor }
                nodes[place].output = node.output
                places[node.output] = place
                continue
            }
            places[node.output] = nodes.count
            nodes.append(node)
        }
        guard !factors.isEmpty else { return self }
        let entries = try weights.entries.map { entry in
            guard let factor = factors[entry.name] else { return entry }
            return Weights.Entry(name: entry.name, tensor: try entry.tensor.multiplied(by: factor))
        }
        return try Model(
            weights: Weights(entries: entries, metadata: weights.metadata, provenance: weights.provenance),
            graph: Graph(inputs: graph.inputs, nodes: nodes, outputs: graph.outputs), contract: contract, architecture: architecture)
    }
}

extension Operation {
    /// The factor that the operation multiplies every number by; nil for other operations.
    fileprivate var factor: Double? {
        switch self {
        case .multiply(let factor): factor.single
        case .divide(let factor): factor.single.flatMap { $0 == 0 ? nil : 1 / $0 }
        default: nil
        }
    }

    fileprivate var isLayer: Bool {
        switch self {
        case .convolution, .linear: true
        default: false
        }
    }
}

extension Tensor {
    /// Every number times a factor, as float32.
    fileprivate func multiplied(by factor: Double) throws -> Tensor {
        let numbers = try doubles().map { Float($0 * factor) }
        let bytes = numbers.withUnsafeBytes { Array($0) }
        return try Tensor(
            dtype: .float32, shape: shape, storage: Storage(name: storage.name, bytes: ByteView(copying: bytes, name: storage.name)))
    }
}
