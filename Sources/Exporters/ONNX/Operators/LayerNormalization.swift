import ConvertIR
import ConvertTensors

extension ONNXWriting {
    /// One operator from set 17 on; before it, and without a scale, which the operator must have, the operators that torch's exporter writes.
    static func layerNormalization(_ layer: LayerNormalization) -> [ONNXWriting] {
        let parts = [
            ONNXWriting(opsets: 11...17) { node, names in inParts(layer, node, names, axesAreInput: false) },
            ONNXWriting(opsets: 18...22) { node, names in inParts(layer, node, names, axesAreInput: true) },
        ]
        guard let scale = layer.scale else { return parts }
        let whole = ONNXWriting(opsets: 17...22) { node, names in
            let weights = ([scale] + (layer.bias.map { [$0] } ?? [])).map(names.weight)
            return [
                names.node(
                    node, "LayerNormalization", weights,
                    [("axis", .integer(Int64(-layer.axes))), ("epsilon", .float(Float(layer.epsilon)))])
            ]
        }
        return [whole] + parts
    }

    private static func inParts(_ layer: LayerNormalization, _ node: Node, _ names: ONNXNames, axesAreInput: Bool) -> [ONNXNode] {
        var nodes: [ONNXNode] = []
        func add(_ name: String, _ operatorName: String, _ inputs: [String], _ attributes: [(String, ONNXAttribute)] = []) -> String {
            let output = "\(node.name).\(name)"
            nodes.append(ONNXNode(name: output, operatorName: operatorName, inputs: inputs, outputs: [output], attributes: attributes))
            return output
        }
        func constant(_ name: String, _ value: ONNXNames.Constant) -> String {
            nodes.append(names.constant("\(node.name).\(name)", value))
            return "\(node.name).\(name)"
        }
        let numbers = (1...layer.axes).map { Int64(-$0) }.reversed()
        let axes = axesAreInput ? [constant("axes", .integers(Array(numbers)))] : []
        let attributes: [(String, ONNXAttribute)] =
            (axesAreInput ? [] : [("axes", .integers(Array(numbers)))]) + [("keepdims", .integer(1))]
        let input = node.inputs.first ?? ""
        let mean = add("mean", "ReduceMean", [input] + axes, attributes)
        let centered = add("centered", "Sub", [input, mean])
        let square = add("square", "Mul", [centered, centered])
        let variance = add("variance", "ReduceMean", [square] + axes, attributes)
        let shifted = add("shifted", "Add", [variance, constant("epsilon", .float(Float(layer.epsilon)))])
        var last = add("normal", "Div", [centered, add("deviation", "Sqrt", [shifted])])
        if let scale = layer.scale { last = add("scaled", "Mul", [last, names.weight(scale)]) }
        if let bias = layer.bias { last = add("biased", "Add", [last, names.weight(bias)]) }
        let index = nodes.count - 1
        (nodes[index].name, nodes[index].outputs) = (node.name, [node.output])
        return nodes
    }
}

extension ONNXGraphReader {
    static let layerNormalizationReadings: [String: ONNXReading] = [
        "LayerNormalization": ONNXReading(inputs: 2...3, outputs: 1...3, attributes: ["axis", "epsilon", "stash_type"]) { reader, node in
            try reader.layerNormalization(node)
        }, "Sqrt": ONNXReading(inputs: 1...1) { reader, node in throw reader.unsupported(node, "only in a normalization") },
    ]

    mutating func layerNormalization(_ node: ONNXNode) throws {
        let input = try value(node, 0)
        guard node.inputs.count >= 2, node.outputs.dropFirst().allSatisfy(\.isEmpty) else { throw unsupported(node, "mean and deviation") }
        let first = try axis(integer(node, "axis", default: -1), of: input, node)
        let layer = LayerNormalization(
            scale: try weight(node.inputs[1], node, "scale"),
            bias: node.inputs.count > 2 && !node.inputs[2].isEmpty ? try weight(node.inputs[2], node, "bias") : nil,
            axes: rank(input) - first, epsilon: float(node, "epsilon", default: 1e-5))
        try append(node, .layerNormalization(layer), [input], rank: rank(input))
    }

    /// What a value is in a layer normalization that is spelled out: each step is of the same value, over the same axes.
    enum NormalizationPart: Equatable {
        case mean
        case centered
        case square
        case variance
        case shifted(epsilon: Double)
        case deviation(epsilon: Double)
    }

    /// Takes a step of a layer normalization; false for any other node.
    mutating func takeNormalizationPart(_ node: ONNXNode) throws -> Bool {
        guard let output = node.outputs.first, let first = node.inputs.first else { return false }
        func known(_ index: Int) -> (of: String, axes: [Int], part: NormalizationPart)? {
            index < node.inputs.count ? normalizationParts[resolve(node.inputs[index])] : nil
        }
        func become(_ part: NormalizationPart, _ known: (of: String, axes: [Int], part: NormalizationPart)) -> Bool {
            normalizationParts[output] = (known.of, known.axes, part)
            return true
        }
        switch node.operatorName {
        case "ReduceMean":
            guard integer(node, "keepdims", default: 1) != 0, let axes = try reducedAxes(node), !axes.isEmpty else { return false }
            if let square = known(0), square.part == .square {
                guard try normalizedAxes(axes, of: square.of, node) == square.axes else { return false }
                return become(.variance, square)
            }
            let input = resolve(first)
            guard ranks[input] != nil, let positions = try normalizedAxes(axes, of: input, node) else { return false }
            lateOrders[output] = order
            return become(.mean, (input, positions, .mean))
        case "Sub":
            guard let mean = known(1), mean.part == .mean, mean.of == resolve(first) else { return false }
            return become(.centered, mean)
        case "Pow":
            guard let centered = known(0), centered.part == .centered, node.inputs.count == 2, try number(node.inputs[1]) == 2 else {
                return false
            }
            return become(.square, centered)
        case "Mul":
            if let centered = known(0), centered.part == .centered, node.inputs.count == 2, resolve(node.inputs[1]) == resolve(first) {
                return become(.square, centered)
            }
            return try completeNormalization(node) { layer, key in
                guard layer.scale == nil, layer.bias == nil else { return false }
                layer.scale = key
                return true
            }
        case "Add":
            for (index, other) in [(0, 1), (1, 0)] {
                guard let variance = known(index), variance.part == .variance, let epsilon = try number(node.inputs[other]) else {
                    continue
                }
                return become(.shifted(epsilon: epsilon), variance)
            }
            return try completeNormalization(node) { layer, key in
                guard layer.bias == nil else { return false }
                layer.bias = key
                return true
            }
        case "Sqrt":
            guard let shifted = known(0), case .shifted(let epsilon) = shifted.part else { return false }
            return become(.deviation(epsilon: epsilon), shifted)
        case "Div":
            guard let centered = known(0), centered.part == .centered, let deviation = known(1), deviation.of == centered.of,
                deviation.axes == centered.axes, case .deviation(let epsilon) = deviation.part
            else { return false }
            try append(node, centered.of, over: centered.axes, epsilon: epsilon)
            return true
        case "Transpose":
            // Optimizers move it into the middle: what is done to every number alike can be done after it as well.
            guard let part = known(0), case .integers(let numbers)? = node["perm"] else { return false }
            let axes = numbers.compactMap { Int(exactly: $0) }
            guard axes.sorted() == Array(0..<rank(part.of)) else { throw unsupported(node, "perm is \(numbers)") }
            let permuted = "\(part.of) \(axes)"
            let name = try permutedValues[permuted] ?? step(node, "moved", .permute(axes), [part.of], rank: axes.count)
            permutedValues[permuted] = name
            normalizationParts[output] = (name, axes.indices.filter { part.axes.contains(axes[$0]) }, part.part)
            return true
        case "Cast":
            guard normalizationParts[resolve(first)] != nil else { return false }
            synonyms[output] = resolve(first)
            return true
        default: return false
        }
    }

    /// The axes if they are the last ones, or one alone; nil for others, and for an image's rows and columns, whose mean is a pooling.
    private func normalizedAxes(_ axes: [Int64], of input: String, _ node: ONNXNode) throws -> [Int]? {
        let positions = Set(try axes.map { try axis($0, of: input, node) }).sorted()
        guard positions.count < rank(input), !positions.contains(0), !(rank(input) == 4 && positions == [2, 3]) else { return nil }
        return positions.count == 1 || positions == Array(rank(input) - positions.count..<rank(input)) ? positions : nil
    }

    /// A normalization over one axis that is not the last one is done with that axis moved to the end.
    private mutating func append(_ node: ONNXNode, _ input: String, over axes: [Int], epsilon: Double) throws {
        let operation = Operation.layerNormalization(LayerNormalization(scale: nil, bias: nil, axes: axes.count, epsilon: epsilon))
        let rank = rank(input)
        guard let axis = axes.first, axes.count == 1, axis != rank - 1 else {
            try append(node, operation, [input], rank: rank)
            spelledOut.formUnion(node.outputs)
            return
        }
        let forth = (0..<rank).filter { $0 != axis } + [axis]
        let back = (0..<rank).map { $0 < axis ? $0 : $0 == axis ? rank - 1 : $0 - 1 }
        let moved = try step(node, "last", .permute(forth), [input], rank: rank)
        let normal = try step(node, "normal", operation, [moved], rank: rank)
        try append(node, .permute(back), [normal], rank: rank)
    }

    /// A factor or a term of the last axes' shape after a normalization that is spelled out goes into it.
    private mutating func completeNormalization(
        _ node: ONNXNode, _ change: (inout LayerNormalization, String) -> Bool
    ) throws -> Bool {
        guard node.inputs.count == 2, let output = node.outputs.first else { return false }
        for (index, other) in [(0, 1), (1, 0)] {
            let input = resolve(node.inputs[index])
            guard spelledOut.contains(input), readers[input] == 1, let position = producers[input],
                case .layerNormalization(var layer) = nodes[position].operation, let tensor = stored(node.inputs[other]),
                let sizes = types[input]?.shape.suffix(layer.axes).compactMap(\.fixed), tensor.shape == sizes
            else { continue }
            let key = try weight(node.inputs[other], node, "scale or bias")
            guard change(&layer, key) else { return false }
            nodes[position].operation = .layerNormalization(layer)
            nodes[position].name = label(node)
            moveOutput(position, to: output)
            spelledOut.insert(output)
            return true
        }
        return false
    }
}
