import ConvertIR
import ConvertTensors

extension ONNXWriting {
    /// As it is, or repeated as often as the input has images.
    static func parameter(_ weight: String, isPerImage: Bool) -> [ONNXWriting] {
        [
            ONNXWriting { node, names in
                let sizes = names.shapeOfWeight(weight).map { Int64($0) }
                guard isPerImage else {
                    // Not an Identity, which is a weight under one more name.
                    let whole = names.constant("\(node.name).sizes", .integers(sizes))
                    return [whole, names.node(node, "Expand", [names.weight(weight)] + whole.outputs)]
                }
                func part(_ name: String, _ operatorName: String, _ inputs: [String]) -> ONNXNode {
                    let output = "\(node.name).\(name)"
                    return ONNXNode(
                        name: output, operatorName: operatorName, inputs: inputs, outputs: [output],
                        attributes: operatorName == "Shape" ? [] : [("axis", .integer(0))])
                }
                let shape = part("input_shape", "Shape", [names.input])
                let first = names.constant("\(node.name).first", .integers([0]))
                let images = part("images", "Gather", shape.outputs + first.outputs)
                let rest = names.constant("\(node.name).sizes", .integers(Array(sizes.dropFirst())))
                let whole = part("shape", "Concat", images.outputs + rest.outputs)
                return [shape, first, images, rest, whole, names.node(node, "Expand", [names.weight(weight)] + whole.outputs)]
            }
        ]
    }
}

extension ONNXGraphReader {
    static let parameterReadings: [String: ONNXReading] = [
        "Expand": ONNXReading(inputs: 2...2) { reader, node in try reader.expand(node) },
        "Shape": ONNXReading(inputs: 1...1, attributes: ["end", "start"]) { reader, node in
            throw reader.unsupported(node, "only in arithmetic with sizes")
        },
    ]

    /// A stored tensor repeated for each image, or a norm that is divided by.
    mutating func expand(_ node: ONNXNode) throws {
        guard let first = node.inputs.first, let output = node.outputs.first, node.inputs.count == 2 else {
            throw unsupported(node, "it has no shape")
        }
        let norm = norms[resolve(first)]
        var items = shapes[resolve(node.inputs[1])]
        if items == nil { items = try integers(node.inputs[1])?.map { .size($0) } }
        guard let items else { throw unsupported(node, "its shape is computed from numbers") }
        if let norm {
            guard types[norm.of] == nil || isShape(items, of: norm.of) else {
                throw unsupported(node, "a norm is repeated only to the sizes of its vector")
            }
            norms[output] = norm
            return
        }
        guard let tensor = stored(resolve(first)) else {
            let input = try value(node, 0)
            guard isShape(items, of: input) else { throw unsupported(node, "only stored tensors are repeated") }
            return try rename(node)
        }
        if isOwnShape(items, tensor) {
            let key = try weight(resolve(first), node, "value")
            try append(node, .parameter(weight: key, isPerImage: false), [], rank: tensor.shape.count)
            // It may be read as a weight all the same.
            weightKeys[output] = weightKeys[resolve(first)]
            views[output] = views[resolve(first)]
            return
        }
        guard items.count == tensor.shape.count, items.first == .axis(0), tensor.shape.first == 1,
            zip(items, tensor.shape).dropFirst().allSatisfy({ item, size in item == .size(Int64(size)) || item == .size(1) })
        else { throw unsupported(node, "a stored tensor of shape \(tensor.shape) is not repeated for each image") }
        try append(node, .parameter(weight: try weight(resolve(first), node, "value"), isPerImage: true), [], rank: items.count)
    }

    /// Whether these are a value's own sizes, or 1 in their place, so that it stays as it is when it is repeated to them.
    private func isShape(_ items: [ShapeItem], of value: String) -> Bool {
        guard let shape = types[value]?.shape, items.count == shape.count else { return false }
        return zip(items, shape).allSatisfy { item, size in
            guard case .size(let number) = item else { return size.fixed == nil }
            return number == 1 || size.fixed.map { Int64($0) == number } ?? (number == fixedBatch)
        }
    }

    /// Whether a stored tensor stays as it is when it is repeated to these sizes.
    func isOwnShape(_ items: [ShapeItem], _ tensor: Tensor) -> Bool {
        items.count <= tensor.shape.count
            && zip(items, tensor.shape.suffix(items.count)).allSatisfy { $0 == .size(Int64($1)) || $0 == .size(1) }
    }

    /// The value at an input, computed or stored; a stored one becomes a node, with as many axes as the value that it meets.
    mutating func operand(_ node: ONNXNode, _ index: Int, rank wanted: Int? = nil) throws -> String {
        guard index < node.inputs.count, let tensor = stored(resolve(node.inputs[index])), tensor.dtype.isFloatingPoint else {
            return try value(node, index)
        }
        let missing = max(0, (wanted ?? tensor.shape.count) - tensor.shape.count)
        let key = try weight(resolve(node.inputs[index]), node, "value") { tensor in
            guard missing > 0 else { return tensor }
            return try Tensor(
                dtype: tensor.dtype, shape: Array(repeating: 1, count: missing) + tensor.shape,
                strides: Array(repeating: 1, count: missing) + tensor.strides, offset: tensor.offset, storage: tensor.storage)
        }
        return try step(node, "value\(index)", .parameter(weight: key, isPerImage: false), [], rank: tensor.shape.count + missing)
    }

    /// Has a stored tensor with an axis 0 of size 1 be one for each image.
    mutating func repeatForEachImage(_ value: String) {
        guard let position = producers[value], case .parameter(let weight, false) = nodes[position].operation,
            let shape = types[value]?.shape, shape.count >= 2, shape[0] == .fixed(1)
        else { return }
        nodes[position].operation = .parameter(weight: weight, isPerImage: true)
        types[value] = ValueType([.batch] + shape.dropFirst())
    }

    /// A node of the graph that is part of an ONNX node; gives its value.
    mutating func step(_ node: ONNXNode, _ suffix: String, _ operation: Operation, _ inputs: [String], rank: Int) throws -> String {
        var name = "\(label(node)).\(suffix)"
        while !defined.insert(name).inserted { name += "_" }
        var part = node
        part.outputs = [name]
        try append(part, operation, inputs, rank: rank, named: name)
        return name
    }
}
