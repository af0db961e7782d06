import ConvertTensors

extension Graph {
    /// The type of every value, by name, with a symbolic batch. Checks the whole graph on the way: names, inputs, weights, attributes.
    /// - Parameter weights: the tensors that nodes name.
    package func valueTypes(weights: Weights) throws(GraphError) -> [String: ValueType] {
        var types: [String: ValueType] = [:]
        for input in inputs {
            guard types.updateValue(input.type, forKey: input.name) == nil else { throw .duplicateValue(name: input.name, node: "(input)") }
        }
        let batch = inputs.first?.type.shape.first ?? .batch
        for node in nodes {
            var given: [ValueType] = []
            for name in node.inputs {
                guard let type = types[name] else { throw .unknownValue(name: name, node: node.name) }
                given.append(type)
            }
            let type = try node.outputType(given, weights: weights, batch: batch)
            guard types.updateValue(type, forKey: node.output) == nil else { throw .duplicateValue(name: node.output, node: node.name) }
        }
        guard !outputs.isEmpty else { throw .noOutput }
        for name in outputs where types[name] == nil { throw .missingOutput(name: name) }
        return types
    }
}

extension Node {
    /// The type of what the node gives. Throws if inputs, weights or attributes do not fit.
    /// - Parameters:
    ///   - inputs: the types of the values that it reads, in order.
    ///   - batch: the number of images, which is axis 0 of the graph's input.
    package func outputType(_ inputs: [ValueType], weights: Weights, batch: Dimension = .batch) throws(GraphError) -> ValueType {
        try operation.definition.outputType(NodeInference(node: self, inputs: inputs, weights: weights, batch: batch))
    }
}

/// One node with the types of its inputs, and the checks that the shape rules of operations share.
struct NodeInference {
    let node: Node
    let inputs: [ValueType]
    let weights: Weights
    /// The number of images: axis 0 of the graph's input.
    let batch: Dimension

    private var operation: String { node.operation.name }

    /// The only input.
    func input() throws(GraphError) -> ValueType {
        guard inputs.count == 1 else { throw wrongCount("1") }
        return inputs[0]
    }

    /// The only input, which must be float32.
    func floatInput() throws(GraphError) -> ValueType {
        let input = try input()
        guard input.elements == .float32 else { throw wrong("float32", input) }
        return input
    }

    // MARK: Checks

    /// The four dimensions of an image.
    func image(_ input: ValueType) throws(GraphError) -> [Dimension] {
        guard input.shape.count == 4 else { throw wrong("[batch, channels, height, width]", input) }
        return input.shape
    }

    /// The size of axis 1, which must be known.
    func channelCount(_ input: ValueType) throws(GraphError) -> Int {
        guard input.shape.count >= 2, case .fixed(let channels) = input.shape[1] else { throw wrong("known channels on axis 1", input) }
        return channels
    }

    /// The shape of a weight, which must be there and floating-point.
    func weightShape(_ role: String, _ key: String) throws(GraphError) -> [Int] {
        guard let tensor = weights[key] else { throw .missingWeight(node: node.name, role: role, key: key) }
        guard tensor.dtype.isFloatingPoint else {
            throw .wrongWeightKind(node: node.name, role: role, key: key, found: tensor.dtype.rawValue)
        }
        return tensor.shape
    }

    /// Throws unless a weight has this shape.
    func expect(_ role: String, _ key: String, _ expected: [Int]) throws(GraphError) {
        let shape = try weightShape(role, key)
        guard shape == expected else {
            throw .wrongWeightShape(node: node.name, role: role, key: key, expected: "\(expected)", found: shape)
        }
    }

    func wrongCount(_ expected: String) -> GraphError {
        .wrongInputCount(node: node.name, operation: operation, expected: expected, found: inputs.count)
    }

    func wrong(_ expected: String, _ found: ValueType) -> GraphError {
        .wrongInput(node: node.name, operation: operation, expected: expected, found: "\(found)")
    }

    func bad(_ detail: String) -> GraphError { .badAttribute(node: node.name, operation: operation, detail: detail) }
}

// MARK: Windows

/// A window that slides over an image: a convolution's or a pooling's.
struct SlidingWindow {
    let kernel: Size2D
    let stride: Size2D
    let padding: Padding2D
    let dilation: Size2D
    let ceilMode: Bool
}

extension NodeInference {
    /// Height and width of what a window gives.
    func slide(_ window: SlidingWindow, _ image: [Dimension]) throws(GraphError) -> [Dimension] {
        let height = try extent(
            image[2], kernel: window.kernel.height, stride: window.stride.height, before: window.padding.top, after: window.padding.bottom,
            dilation: window.dilation.height, ceilMode: window.ceilMode)
        let width = try extent(
            image[3], kernel: window.kernel.width, stride: window.stride.width, before: window.padding.left, after: window.padding.right,
            dilation: window.dilation.width, ceilMode: window.ceilMode)
        return [height, width]
    }

    /// Sizes and attributes may come from a file; past this, arithmetic on them could overflow.
    private static let largestExtent = 1 << 24

    private func extent(
        _ size: Dimension, kernel: Int, stride: Int, before: Int, after: Int, dilation: Int, ceilMode: Bool
    ) throws(GraphError) -> Dimension {
        let limit = 1...NodeInference.largestExtent
        guard limit ~= kernel, limit ~= stride, limit ~= dilation, (0...NodeInference.largestExtent) ~= before,
            (0...NodeInference.largestExtent) ~= after
        else { throw bad("window \(kernel), stride \(stride), dilation \(dilation), padding \(before) and \(after)") }
        guard case .fixed(let size) = size else { return .derived }
        guard limit ~= size else { throw .windowTooLarge(node: node.name, operation: operation, input: "\(inputs[0])") }
        let room = size + before + after - ((kernel - 1) * dilation + 1)
        guard room >= 0 else { throw .windowTooLarge(node: node.name, operation: operation, input: "\(inputs[0])") }
        var steps = ceilMode ? (room + stride - 1) / stride : room / stride
        // The last window must begin inside the image or the padding before it (torch: pooling_output_shape).
        if ceilMode, steps * stride >= size + before { steps -= 1 }
        return .fixed(steps + 1)
    }
}
