import Tensors

extension Graph {
    /// The type of every value, by name, with a symbolic batch. Checks the whole graph on the way: names, inputs, weights, attributes.
    /// - Parameter weights: the tensors that nodes name.
    public func valueTypes(weights: Weights) throws(GraphError) -> [String: ValueType] {
        var types: [String: ValueType] = [:]
        for input in inputs {
            guard types.updateValue(input.type, forKey: input.name) == nil else { throw .duplicateValue(name: input.name, node: "(input)") }
        }
        for node in nodes {
            var given: [ValueType] = []
            for name in node.inputs {
                guard let type = types[name] else { throw .unknownValue(name: name, node: node.name) }
                given.append(type)
            }
            let inference = NodeInference(node: node, inputs: given, weights: weights)
            let type = try inference.outputType()
            guard types.updateValue(type, forKey: node.output) == nil else { throw .duplicateValue(name: node.output, node: node.name) }
        }
        guard !outputs.isEmpty else { throw .noOutput }
        for name in outputs where types[name] == nil { throw .missingOutput(name: name) }
        return types
    }
}

/// The output type of one node, from the types of its inputs and the shapes of its weights.
private struct NodeInference {
    let node: Node
    let inputs: [ValueType]
    let weights: Weights

    private var operation: String { node.operation.name }

    func outputType() throws(GraphError) -> ValueType {
        switch node.operation {
        case .add:
            guard inputs.count == 2 else { throw wrongCount("2") }
            guard inputs[0].elements == .float32, inputs[0] == inputs[1] else {
                throw .wrongInput(
                    node: node.name, operation: operation, expected: "two values of equal shape", found: "\(inputs[0]) and \(inputs[1])")
            }
            return inputs[0]
        case .concatenate(let axis): return try concatenation(axis)
        default: break
        }
        guard inputs.count == 1, let input = inputs.first else { throw wrongCount("1") }
        if case .convertToFloat = node.operation { return ValueType(input.shape) }
        guard input.elements == .float32 else { throw wrong("float32", input) }
        switch node.operation {
        case .convolution(let layer): return try convolution(layer, input)
        case .batchNormalization(let layer):
            let channels = try channelCount(input)
            for (role, key) in node.operation.weights { try expect(role, key, [channels]) }
            guard layer.epsilon >= 0, layer.epsilon.isFinite else { throw bad("epsilon is \(layer.epsilon)") }
            return input
        case .prelu(let slope):
            let shape = try weightShape("slope", slope)
            if shape != [1] { try expect("slope", slope, [try channelCount(input)]) }
            return input
        case .relu: return input
        case .multiply(let constant), .subtract(let constant):
            try expectChannels(constant, of: input)
            return input
        case .divide(let constant):
            guard constant.values.allSatisfy({ $0 != 0 }) else { throw bad("its constant is \(constant)") }
            try expectChannels(constant, of: input)
            return input
        case .selectChannels(let channels):
            let count = try channelCount(input)
            guard (1...1 << 16) ~= channels.count, channels.allSatisfy({ (0..<count) ~= $0 }) else {
                throw bad("channels \(channels) of \(count)")
            }
            var shape = input.shape
            shape[1] = .fixed(channels.count)
            return ValueType(shape, elements: input.elements)
        case .maxPool(let pooling), .averagePool(let pooling): return try pool(pooling, input)
        case .globalAveragePool:
            let image = try image(input)
            return ValueType([image[0], image[1], .fixed(1), .fixed(1)])
        case .linear(let layer): return try linear(layer, input)
        case .flatten: return try flattened(input)
        case .permute(let axes):
            guard axes.sorted() == Array(input.shape.indices) else { throw bad("axes \(axes) do not fit \(input)") }
            return ValueType(axes.map { input.shape[$0] })
        case .softmax(let axis):
            guard input.shape.indices.contains(axis) else { throw bad("axis \(axis) is not in \(input)") }
            return input
        case .l2Normalize(let axis, let epsilon):
            guard input.shape.indices.contains(axis) else { throw bad("axis \(axis) is not in \(input)") }
            guard epsilon >= 0, epsilon.isFinite else { throw bad("epsilon is \(epsilon)") }
            return input
        case .add, .concatenate, .convertToFloat: return input
        }
    }

    // MARK: Operations

    private func convolution(_ layer: Convolution, _ input: ValueType) throws(GraphError) -> ValueType {
        let image = try image(input)
        let channels = try channelCount(input)
        let shape = try weightShape("weight", layer.weight)
        guard layer.groups > 0, channels.isMultiple(of: layer.groups) else { throw bad("\(channels) channels in \(layer.groups) groups") }
        guard shape.count == 4, shape[1] == channels / layer.groups, shape[0] > 0, shape[0].isMultiple(of: layer.groups) else {
            throw .wrongWeightShape(
                node: node.name, role: "weight", key: layer.weight, expected: "[outputs, \(channels / layer.groups), height, width]",
                found: shape)
        }
        if let bias = layer.bias { try expect("bias", bias, [shape[0]]) }
        let window = Window(
            kernel: Size2D(shape[2], shape[3]), stride: layer.stride, padding: layer.padding, dilation: layer.dilation, ceilMode: false)
        return ValueType([image[0], .fixed(shape[0])] + (try slide(window, image)))
    }

    private func pool(_ pooling: Pooling, _ input: ValueType) throws(GraphError) -> ValueType {
        let image = try image(input)
        let (kernel, padding) = (pooling.kernel, pooling.padding)
        // Halved and not doubled: numbers of a file may be as large as they like.
        guard max(padding.top, padding.bottom) <= kernel.height / 2, max(padding.left, padding.right) <= kernel.width / 2
        else { throw bad("padding is more than half of the window") }
        let window = Window(kernel: kernel, stride: pooling.stride, padding: padding, dilation: Size2D(1), ceilMode: pooling.ceilMode)
        return ValueType([image[0], image[1]] + (try slide(window, image)))
    }

    private func linear(_ layer: Linear, _ input: ValueType) throws(GraphError) -> ValueType {
        let shape = try weightShape("weight", layer.weight)
        guard input.shape.count == 2, case .fixed(let features) = input.shape[1] else { throw wrong("[batch, features]", input) }
        guard shape.count == 2, shape[1] == features, shape[0] > 0 else {
            throw .wrongWeightShape(
                node: node.name, role: "weight", key: layer.weight, expected: "[outputs, \(features)]", found: shape)
        }
        if let bias = layer.bias { try expect("bias", bias, [shape[0]]) }
        return ValueType([input.shape[0], .fixed(shape[0])])
    }

    private func flattened(_ input: ValueType) throws(GraphError) -> ValueType {
        guard input.shape.count >= 2 else { throw wrong("at least two axes", input) }
        var size = 1
        for dimension in input.shape.dropFirst() {
            guard case .fixed(let next) = dimension else { return ValueType([input.shape[0], .derived]) }
            let (product, overflow) = size.multipliedReportingOverflow(by: next)
            guard !overflow else { throw wrong("a value that fits in memory", input) }
            size = product
        }
        return ValueType([input.shape[0], .fixed(size)])
    }

    private func concatenation(_ axis: Int) throws(GraphError) -> ValueType {
        guard var result = inputs.first else { throw wrongCount("1 or more") }
        guard result.shape.indices.contains(axis) else { throw bad("axis \(axis) is not in \(result)") }
        for input in inputs.dropFirst() {
            guard input.elements == result.elements, input.shape.count == result.shape.count else { throw wrong("\(result)", input) }
            for dimension in result.shape.indices where dimension != axis && input.shape[dimension] != result.shape[dimension] {
                throw wrong("\(result) but for axis \(axis)", input)
            }
            if let one = result.shape[axis].fixed, let other = input.shape[axis].fixed {
                let (sum, overflow) = one.addingReportingOverflow(other)
                guard !overflow else { throw wrong("a value that fits in memory", input) }
                result.shape[axis] = .fixed(sum)
            } else {
                result.shape[axis] = .derived
            }
        }
        return result
    }

    // MARK: Windows

    private struct Window {
        let kernel: Size2D
        let stride: Size2D
        let padding: Padding2D
        let dilation: Size2D
        let ceilMode: Bool
    }

    private func slide(_ window: Window, _ image: [Dimension]) throws(GraphError) -> [Dimension] {
        let height = try extent(
            image[2], kernel: window.kernel.height, stride: window.stride.height, before: window.padding.top, behind: window.padding.bottom,
            dilation: window.dilation.height, ceilMode: window.ceilMode)
        let width = try extent(
            image[3], kernel: window.kernel.width, stride: window.stride.width, before: window.padding.left, behind: window.padding.right,
            dilation: window.dilation.width, ceilMode: window.ceilMode)
        return [height, width]
    }

    /// Sizes and attributes may come from a file; past this, arithmetic on them could overflow.
    private static let largestExtent = 1 << 24

    private func extent(
        _ size: Dimension, kernel: Int, stride: Int, before: Int, behind: Int, dilation: Int, ceilMode: Bool
    ) throws(GraphError) -> Dimension {
        let limit = 1...NodeInference.largestExtent
        guard limit ~= kernel, limit ~= stride, limit ~= dilation, (0...NodeInference.largestExtent) ~= before,
            (0...NodeInference.largestExtent) ~= behind
        else { throw bad("window \(kernel), stride \(stride), dilation \(dilation), padding \(before) and \(behind)") }
        guard case .fixed(let size) = size else { return .derived }
        guard limit ~= size else { throw .windowTooLarge(node: node.name, operation: operation, input: "\(inputs[0])") }
        let room = size + before + behind - ((kernel - 1) * dilation + 1)
        guard room >= 0 else { throw .windowTooLarge(node: node.name, operation: operation, input: "\(inputs[0])") }
        var steps = ceilMode ? (room + stride - 1) / stride : room / stride
        // The last window must begin inside the image or the padding before it (torch: pooling_output_shape).
        if ceilMode, steps * stride >= size + before { steps -= 1 }
        return .fixed(steps + 1)
    }

    // MARK: Checks

    private func image(_ input: ValueType) throws(GraphError) -> [Dimension] {
        guard input.shape.count == 4 else { throw wrong("[batch, channels, height, width]", input) }
        return input.shape
    }

    /// One constant fits any value; one per channel fits as many channels.
    private func expectChannels(_ constant: ChannelNumbers, of input: ValueType) throws(GraphError) {
        guard constant.values.allSatisfy(\.isFinite) else { throw bad("its constant is \(constant)") }
        guard constant.single == nil else { return }
        guard input.shape.count > 1, input.shape[1].fixed == constant.values.count else {
            throw bad("\(constant.values.count) constants for \(input)")
        }
    }

    private func channelCount(_ input: ValueType) throws(GraphError) -> Int {
        guard input.shape.count >= 2, case .fixed(let channels) = input.shape[1] else { throw wrong("known channels on axis 1", input) }
        return channels
    }

    private func weightShape(_ role: String, _ key: String) throws(GraphError) -> [Int] {
        guard let tensor = weights[key] else { throw .missingWeight(node: node.name, role: role, key: key) }
        guard tensor.dtype.isFloatingPoint else {
            throw .wrongWeightKind(node: node.name, role: role, key: key, found: tensor.dtype.rawValue)
        }
        return tensor.shape
    }

    private func expect(_ role: String, _ key: String, _ expected: [Int]) throws(GraphError) {
        let shape = try weightShape(role, key)
        guard shape == expected else {
            throw .wrongWeightShape(node: node.name, role: role, key: key, expected: "\(expected)", found: shape)
        }
    }

    private func wrongCount(_ expected: String) -> GraphError {
        .wrongInputCount(node: node.name, operation: operation, expected: expected, found: inputs.count)
    }

    private func wrong(_ expected: String, _ found: ValueType) -> GraphError {
        .wrongInput(node: node.name, operation: operation, expected: expected, found: "\(found)")
    }

    private func bad(_ detail: String) -> GraphError { .badAttribute(node: node.name, operation: operation, detail: detail) }
}
