import ConvertIR

/// The types of the values that a description's lines compute. If a weight is missing or has another shape, that is recorded, and the following
/// lines are checked as if it were right. A single difference is then reported once, and the other lines still tell families apart.
extension FamilyBuilder {
    /// The type of a node's output; nil if it is not known.
    /// - Parameter window: height and width of a convolution's weight, as far as the line says them.
    mutating func type(of node: Node, _ inputs: [String], window: Size2D?) -> ValueType? {
        let given = inputs.compactMap { types[$0] ?? nil }
        guard given.count == inputs.count else { return node.operation.keepsShape ? given.first : nil }
        suppose(node, given, window)
        do {
            return try node.outputType(given, weights: keys.shapes)
        } catch {
            guard case .wrongWeightShape(_, let role, let key, let expected, let found) = error else {
                depart(error, sources(of: inputs))
                return node.operation.keepsShape ? given.first : nil
            }
            // Two layers that do not fit together are both named: either may be wrong.
            let source = inputs.count == 1 && role != "bias" ? sources(of: inputs).map { ", for \($0)" }.joined() : ""
            switch node.operation {
            case .convolution(let layer):
                return misshaped(node, given, layer.weight, role, key, expected + source, found, groups: layer.groups)
            case .linear(let layer): return misshaped(node, given, layer.weight, role, key, expected + source, found, groups: nil)
            case .batchNormalization(let layer):
                let sizes = Set([layer.scale, layer.bias, layer.mean, layer.variance].compactMap(\.self).map { keys.shapes[$0]?.shape })
                if sizes.count == 1, case .some(.some(let shape)) = sizes.first, shape.count == 1,
                    let type = blame(inputs[0], given[0], channels: shape[0])
                {
                    return type
                }
                fallthrough
            default:
                keys.misshape(key, found: found, expected: expected + source, line: line)
                return node.operation.keepsShape ? given.first : nil
            }
        }
    }

    /// The weights with their shapes that these values come from, by way of nodes without weights and with one input.
    private func sources(of values: [String]) -> [String] {
        values.compactMap { value in
            var value = value
            for node in nodes.dropLast().reversed() where node.output == value {
                guard let weight = node.operation.weights.first?.key else {
                    guard node.inputs.count == 1 else { return nil }
                    value = node.inputs[0]
                    continue
                }
                return keys.weights[weight].map { "\(weight), which is \($0.shape)" }
            }
            return nil
        }
    }

    /// Gives a weight that is missing the shape that the line and the file's order speak for.
    private mutating func suppose(_ node: Node, _ given: [ValueType], _ window: Size2D?) {
        func outputs() -> Int? {
            keys.channels(after: nodes.dropLast().last { !$0.operation.weights.isEmpty }?.operation.weights.map(\.key) ?? [])
        }
        let bias: (key: String?, weight: String)? =
            switch node.operation {
            case .convolution(let layer): (layer.bias, layer.weight)
            case .linear(let layer): (layer.bias, layer.weight)
            default: nil
            }
        defer {
            if let bias, let key = bias.key, keys.shapes[key] == nil, let count = keys.shapes[bias.weight]?.shape.first {
                keys.suppose(key, [count])
            }
        }
        switch node.operation {
        case .convolution(let layer) where keys.shapes[layer.weight] == nil:
            guard layer.groups > 0, let image = given.first?.shape, image.count == 4, let channels = image[1].fixed, let count = outputs()
            else {
                return
            }
            keys.suppose(layer.weight, [count, channels / layer.groups, window?.height ?? 1, window?.width ?? 1])
        case .linear(let layer) where keys.shapes[layer.weight] == nil:
            guard let features = given.first?.shape.last?.fixed, let count = outputs() else { return }
            keys.suppose(layer.weight, [count, features])
        default: return
        }
    }

    /// A layer whose weight takes other inputs, or whose bias has another length, as if it were right.
    private mutating func misshaped(
        _ node: Node, _ given: [ValueType], _ weight: String, _ role: String, _ key: String, _ expected: String, _ found: [Int],
        groups: Int?
    ) -> ValueType? {
        guard let shape = keys.shapes[weight]?.shape, let outputs = shape.first else { return nil }
        if role == "bias" {
            keys.misshape(key, found: found, expected: "\(expected), as \(weight) has outputs", line: line)
            keys.suppose(key, [outputs])
        } else {
            keys.misshape(key, found: found, expected: expected, line: line)
            if let groups {
                guard groups > 0, shape.count == 4, let channels = given.first?.shape.dropFirst().first?.fixed else { return nil }
                keys.suppose(weight, [outputs, channels / groups, shape[2], shape[3]])
            } else {
                guard let features = given.first?.shape.last?.fixed else { return nil }
                keys.suppose(weight, [outputs, features])
            }
        }
        return try? node.outputType(given, weights: keys.shapes)
    }

    /// Four tensors of a normalization that agree on a number of channels outvote the convolution or linear layer before it. Returns the
    /// type that the value then has; nil if there is no such layer.
    private mutating func blame(_ value: String, _ type: ValueType, channels: Int) -> ValueType? {
        guard let node = nodes.last(where: { $0.output == value }), type.shape.count >= 2 else { return nil }
        let weight: String
        switch node.operation {
        case .convolution(let layer) where layer.bias == nil && layer.groups == 1: weight = layer.weight
        case .linear(let layer) where layer.bias == nil: weight = layer.weight
        default: return nil
        }
        guard let shape = keys.weights[weight]?.shape, !shape.isEmpty else { return nil }
        let right = [channels] + shape.dropFirst()
        keys.misshape(weight, found: shape, expected: "\(right)", line: line)
        keys.suppose(weight, right)
        var corrected = type
        corrected.shape[1] = .fixed(channels)
        types[value] = .some(corrected)
        return corrected
    }
}

extension Operation {
    /// Whether the shape stays the same whatever the weights are, so that the lines after it can still be checked.
    fileprivate var keepsShape: Bool {
        switch self {
        case .batchNormalization, .prelu, .layerNormalization, .add, .product: true
        default: false
        }
    }
}
