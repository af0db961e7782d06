import ConvertIR
import ConvertTensors

/// Operators that are not an operation of the graph: values under a new name, and stored tensors seen in a different shape.
extension ONNXGraphReader {
    static let renamingReadings: [String: ONNXReading] = [
        "Identity": ONNXReading(inputs: 1...1) { reader, node in try reader.rename(node) },
        "Dropout": ONNXReading(inputs: 1...3, outputs: 1...2, attributes: ["ratio", "seed"]) { reader, node in try reader.dropout(node) },
    ]

    mutating func rename(_ node: ONNXNode) throws {
        guard let input = node.inputs.first, let output = node.outputs.first else { throw unsupported(node, "it has no input") }
        if takeStored(input, as: output) { return }
        let name = resolve(input)
        guard ranks[name] != nil else { throw unsupported(node, "the value \(input) is not known") }
        synonyms[output] = name
    }

    /// Nothing when it is not training; one that would drop numbers is refused.
    mutating func dropout(_ node: ONNXNode) throws {
        if node.inputs.count > 2, !node.inputs[2].isEmpty {
            guard let mode = constant(resolve(node.inputs[2])), mode.elementCount == 1, mode.dtype == .bool,
                try mode.cOrderBytes().byte(at: 0) == 0
            else { throw unsupported(node, "training_mode is true or computed: it would drop numbers at random") }
            if let key = weightKeys[resolve(node.inputs[2])] { constantKeys.insert(key) }
        }
        if opset < 7, integer(node, "is_test", default: 0) == 0 { throw unsupported(node, "is_test is 0: it would drop numbers at random") }
        if node.inputs.count > 1, let key = weightKeys[resolve(node.inputs[1])] { constantKeys.insert(key) }
        try rename(node)
    }

    /// A weight or constant under one more name; false for a computed value.
    mutating func takeStored(_ input: String, as output: String) -> Bool {
        if let tensor = constants[input] {
            constants[output] = tensor
            return true
        }
        guard let key = weightKeys[input] else { return false }
        weightKeys[output] = key
        views[output] = views[input]
        return true
    }

    /// The weight that is a node's first input, as that value shows it, and the name of what becomes of it.
    func stored(_ node: ONNXNode) -> (tensor: Tensor, output: String)? {
        guard let name = node.inputs.first, let key = weightKeys[name], let tensor = views[name] ?? initializers[key],
            let output = node.outputs.first
        else { return nil }
        return (tensor, output)
    }

    /// Further axes of size 1 of a stored tensor; false for a computed value.
    mutating func unsqueezeStored(_ node: ONNXNode) throws -> Bool {
        if let name = node.inputs.first, let tensor = constants[name], let axes = try reducedAxes(node), let output = node.outputs.first {
            constants[output] = try unsqueezed(tensor, axes, node)
            return true
        }
        guard let (tensor, output) = stored(node), let axes = try reducedAxes(node) else { return false }
        weightKeys[output] = weightKeys[node.inputs[0]]
        views[output] = try unsqueezed(tensor, axes, node)
        return true
    }

    private func unsqueezed(_ tensor: Tensor, _ axes: [Int64], _ node: ONNXNode) throws -> Tensor {
        let rank = tensor.shape.count + axes.count
        let positions = axes.map { $0 < 0 ? Int($0) + rank : Int($0) }.sorted()
        guard rank <= 8, positions.allSatisfy({ (0..<rank) ~= $0 }), Set(positions).count == positions.count else {
            throw unsupported(node, "axes \(axes)")
        }
        var (shape, strides) = (tensor.shape, tensor.strides)
        for position in positions {
            shape.insert(1, at: position)
            strides.insert(1, at: position)
        }
        return try Tensor(dtype: tensor.dtype, shape: shape, strides: strides, offset: tensor.offset, storage: tensor.storage)
    }

    /// [inputs, outputs] seen as [outputs, inputs], without a copy.
    static func turned(_ tensor: Tensor) throws -> Tensor {
        guard tensor.shape.count == 2 else { return tensor }
        return try Tensor(
            dtype: tensor.dtype, shape: tensor.shape.reversed(), strides: tensor.strides.reversed(), offset: tensor.offset,
            storage: tensor.storage)
    }

    /// Axes as an attribute, or from operator set 13 or 18 on as an input.
    mutating func reducedAxes(_ node: ONNXNode) throws -> [Int64]? {
        if case .integers(let axes)? = node["axes"] { return axes }
        guard node.inputs.count > 1, !node.inputs[1].isEmpty else { return nil }
        return try integers(node.inputs[1])
    }
}
