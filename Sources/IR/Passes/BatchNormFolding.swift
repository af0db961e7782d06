import ConvertFiles
import ConvertTensors

extension Model {
    /// The model with every batch normalization that directly follows a convolution or linear layer folded into its weight and bias.
    ///
    /// That is exact but for rounding: weight · scale / √(variance + ε), and bias + shift likewise, computed in double and rounded once to
    /// float32. A batch normalization *before* a zero-padded convolution cannot be folded, since the zeros come after it, and stays; so does
    /// one whose input is read elsewhere too. The folded layer keeps the name of its weight; the folded tensors are computed when they are
    /// read, so that memory does not grow.
    package func foldingBatchNormalization() throws -> Model {
        var readers: [String: Int] = [:]
        for value in graph.nodes.flatMap(\.inputs) + graph.outputs { readers[value, default: 0] += 1 }
        var uses: [String: Int] = [:]
        for node in graph.nodes { for weight in node.operation.weights { uses[weight.key, default: 0] += 1 } }
        var names = Set(weights.entries.map(\.name))
        var nodes: [Node] = []
        var places: [String: Int] = [:]
        var folds: [Fold] = []
        for node in graph.nodes {
            if case .batchNormalization(let normal) = node.operation, let input = node.inputs.first, readers[input] == 1,
                // Of a value with more axes, a linear layer's outputs are not the channels.
                let place = places[input], nodes[place].operation.kind != .linear || valueTypes[input]?.shape.count == 2,
                let fold = Fold(nodes[place].operation, normal, weights: weights, uses: uses, names: &names)
            {
                // A layer is folded once: a second normalization after this one would be computed from the layer's old numbers.
                uses[fold.weight] = nil
                nodes[place].operation = fold.operation
                nodes[place].output = node.output
                places[node.output] = place
                folds.append(fold)
                continue
            }
            places[node.output] = nodes.count
            nodes.append(node)
        }
        let graph = Graph(inputs: graph.inputs, nodes: nodes, outputs: graph.outputs)
        let folded = try Fold.apply(folds, to: weights)
        return try Model(weights: folded, graph: graph, contract: contract, architecture: architecture.folded)
    }
}

extension Architecture {
    /// The same family, no longer with the family's own layers: its graph has to travel with it.
    var folded: Architecture {
        var hyperparameters = hyperparameters
        hyperparameters.append("batch_norm_folded", .boolean(true))
        return Architecture(name: name, hyperparameters: hyperparameters)
    }
}

/// One layer with the batch normalization after it.
private struct Fold {
    let weight: String
    let oldBias: String?
    let newBias: String
    let normal: BatchNormalization
    let operation: Operation

    /// Nil if the layer is of a different kind, or shares its tensors with another layer. `names` are taken; a new bias's is added.
    init?(_ layer: Operation, _ normal: BatchNormalization, weights: Weights, uses: [String: Int], names: inout Set<String>) {
        guard Fold.keys(normal).allSatisfy({ uses[$0] == 1 }) else { return nil }
        func free(_ weight: String) -> String {
            var name = weight.hasSuffix("weight") ? String(weight.dropLast(6)) + "bias" : weight + ".bias"
            while !names.insert(name).inserted { name += "_" }
            return name
        }
        switch layer {
        case .convolution(var convolution):
            guard uses[convolution.weight] == 1, convolution.bias.map({ uses[$0] == 1 }) ?? true else { return nil }
            (weight, oldBias) = (convolution.weight, convolution.bias)
            newBias = oldBias ?? free(weight)
            convolution.bias = newBias
            operation = .convolution(convolution)
        case .linear(var linear):
            guard uses[linear.weight] == 1, linear.bias.map({ uses[$0] == 1 }) ?? true else { return nil }
            (weight, oldBias) = (linear.weight, linear.bias)
            newBias = oldBias ?? free(weight)
            linear.bias = newBias
            operation = .linear(linear)
        default: return nil
        }
        self.normal = normal
    }

    /// The weights of a normalization.
    private static func keys(_ normal: BatchNormalization) -> [String] { Operation.batchNormalization(normal).weights.map(\.key) }

    static func apply(_ folds: [Fold], to weights: Weights) throws -> Weights {
        var replaced: [String: Tensor] = [:]
        var added: [String: Weights.Entry] = [:]
        var gone: Set<String> = []
        for fold in folds {
            let (factors, shifts) = try fold.coefficients(weights)
            guard let tensor = weights[fold.weight] else { continue }
            replaced[fold.weight] = try tensor.scaled(along: factors)
            let bias = try Tensor.float32(shifts, name: fold.newBias)
            if fold.oldBias == nil {
                added[fold.weight] = Weights.Entry(name: fold.newBias, tensor: bias)
            } else {
                replaced[fold.newBias] = bias
            }
            gone.formUnion(Fold.keys(fold.normal))
            // What torch keeps besides the statistics goes with them.
            if fold.normal.mean.hasSuffix("running_mean") {
                gone.insert(String(fold.normal.mean.dropLast("running_mean".count)) + "num_batches_tracked")
            }
        }
        var entries: [Weights.Entry] = []
        for entry in weights.entries where !gone.contains(entry.name) {
            entries.append(Weights.Entry(name: entry.name, tensor: replaced[entry.name] ?? entry.tensor))
            if let bias = added[entry.name] { entries.append(bias) }
        }
        return Weights(entries: entries, metadata: weights.metadata, provenance: weights.provenance)
    }

    /// Factor and bias of every output channel.
    private func coefficients(_ weights: Weights) throws -> (factors: [Double], biases: [Double]) {
        func values(_ key: String) throws -> [Double] { try weights[key].map { try $0.doubles() } ?? [] }
        let (scale, shift) = (try normal.scale.map(values), try normal.bias.map(values))
        let (mean, variance) = (try values(normal.mean), try values(normal.variance))
        let bias = try oldBias.map { try values($0) }
        var factors: [Double] = []
        var biases: [Double] = []
        for channel in mean.indices {
            let factor = (scale?[channel] ?? 1) / (variance[channel] + Double(normal.epsilon)).squareRoot()
            factors.append(factor)
            biases.append(((bias?[channel] ?? 0) - mean[channel]) * factor + (shift?[channel] ?? 0))
        }
        return (factors, biases)
    }
}

extension Tensor {
    /// A float32 vector.
    static func float32(_ values: [Double], name: String) throws -> Tensor {
        let bytes = ByteView.filled(count: values.count * 4, name: name) { target in
            for (index, value) in values.enumerated() {
                target.storeBytes(of: Float(value).bitPattern.littleEndian, toByteOffset: index * 4, as: UInt32.self)
            }
        }
        return try Tensor(dtype: .float32, shape: [values.count], storage: Storage(name: name, bytes: bytes))
    }

    /// Each slice along axis 0 times its factor, rounded once to float32; computed anew at each reading.
    fileprivate func scaled(along factors: [Double]) throws -> Tensor {
        let (source, count) = (self, elementCount)
        let inner = factors.isEmpty ? 0 : count / factors.count
        let storage = Storage(name: self.storage.name + " (folded)", byteCount: count * 4) {
            try ByteView.filled(count: count * 4, name: source.storage.name + " (folded)") { target in
                var at = 0
                try source.forEachDoubleWindow { window in
                    for value in window {
                        let folded = Float(value * factors[at / inner])
                        target.storeBytes(of: folded.bitPattern.littleEndian, toByteOffset: at * 4, as: UInt32.self)
                        at += 1
                    }
                }
            }
        }
        return try Tensor(dtype: .float32, shape: shape, storage: storage)
    }
}
