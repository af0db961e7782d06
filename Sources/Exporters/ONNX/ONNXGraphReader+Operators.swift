import IR
import Tensors

extension ONNXGraphReader {
    /// Takes one node: it becomes a node of the graph, part of one, or a constant.
    mutating func take(_ node: ONNXNode) throws {
        let isKnownDomain = node.domain.isEmpty || node.domain == "ai.onnx"
        let isFused = node.domain == "com.microsoft" && ["FusedConv", "FusedGemm"].contains(node.operatorName)
        guard isKnownDomain || isFused else {
            throw ONNXError.unsupportedOperator(file: file, node: label(node), operatorName: node.operatorName, domain: node.domain)
        }
        for output in node.outputs where !output.isEmpty {
            guard defined.insert(output).inserted else { throw unsupported(node, "the value \(output) is given twice") }
        }
        if isFused { return try withActivation(node) }
        if try takeShapeArithmetic(node) || foldConstants(node) { return }
        switch node.operatorName {
        case "Conv": try convolution(node)
        case "BatchNormalization": try batchNormalization(node)
        case "PRelu": try prelu(node)
        case "Relu": try pass(node, .relu)
        case "Add": try add(node)
        case "Sub": try subtract(node)
        case "Mul": try multiply(node)
        case "Div": try divide(node)
        case "Gather": try gather(node)
        case "Slice": try slice(node)
        case "Concat": try concatenate(node)
        case "MaxPool", "AveragePool": try pool(node)
        case "GlobalAveragePool": try append(node, .globalAveragePool, [try value(node, 0)], rank: 4)
        case "ReduceMean": try reduceMean(node)
        case "Gemm": try gemm(node)
        case "MatMul": try matrixProduct(node)
        case "Flatten":
            let input = try value(node, 0)
            guard try axis(integer(node, "axis", default: 1), of: input, node) == 1 else { throw unsupported(node, "axis other than 1") }
            try append(node, .flatten, [input], rank: 2)
        case "Reshape", "Squeeze": try reshape(node)
        case "Transpose": try transpose(node)
        case "Unsqueeze": try unsqueeze(node)
        case "Softmax": try softmax(node)
        case "ReduceL2": try reduceL2(node)
        case "Clip", "Max": try clamp(node)
        case "Expand": try expand(node)
        case "LpNormalization":
            let input = try value(node, 0)
            guard integer(node, "p", default: 2) == 2 else { throw unsupported(node, "only the norm with p = 2") }
            let place = try axis(integer(node, "axis", default: -1), of: input, node)
            try append(node, .l2Normalize(axis: place, epsilon: Model.normalizationEpsilon), [input], rank: rank(input))
        case "Identity": try rename(node)
        case "Dropout": try dropout(node)
        case "Cast": try cast(node)
        default:
            throw ONNXError.unsupportedOperator(file: file, node: label(node), operatorName: node.operatorName, domain: "")
        }
    }

    private mutating func pass(_ node: ONNXNode, _ operation: Operation) throws {
        let input = try value(node, 0)
        try append(node, operation, [input], rank: rank(input))
    }

    /// ONNX Runtime's convolution or linear layer with an activation after it (onnxruntime docs/ContribOperators.md).
    private mutating func withActivation(_ node: ONNXNode) throws {
        guard case .string("Relu")? = node["activation"], node.inputs.count <= 3, node["activation_params"] == nil,
            let output = node.outputs.first
        else { throw unsupported(node, "only with Relu after it") }
        var layer = node
        layer.domain = ""
        layer.name = label(node) + ".layer"
        layer.outputs = [layer.name]
        if node.operatorName == "FusedConv" { try convolution(layer) } else { try gemm(layer) }
        var activation = node
        activation.inputs = layer.outputs
        activation.outputs = [output]
        try pass(activation, .relu)
    }

    /// Nothing when it is not training; one that would drop numbers is refused.
    private mutating func dropout(_ node: ONNXNode) throws {
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

    // MARK: Layers

    private mutating func convolution(_ node: ONNXNode) throws {
        let input = try value(node, 0)
        guard node.inputs.count >= 2 else { throw unsupported(node, "it has no weight") }
        let weight = try weight(node.inputs[1], node, "weight")
        let bias = node.inputs.count > 2 && !node.inputs[2].isEmpty ? try self.weight(node.inputs[2], node, "bias") : nil
        guard let groups = Int(exactly: integer(node, "group", default: 1)), (1...1 << 20) ~= groups else {
            throw unsupported(node, "group")
        }
        let layer = Convolution(
            weight: weight, bias: bias, stride: try size(node, "strides", default: 1), padding: try padding(node),
            dilation: try size(node, "dilations", default: 1), groups: groups)
        try append(node, .convolution(layer), [input], rank: 4)
    }

    private mutating func batchNormalization(_ node: ONNXNode) throws {
        let input = try value(node, 0)
        guard node.inputs.count == 5 else { throw unsupported(node, "it has \(node.inputs.count) inputs") }
        guard integer(node, "training_mode", default: 0) == 0, integer(node, "spatial", default: 1) == 1,
            node.outputs.dropFirst().allSatisfy(\.isEmpty)
        else { throw unsupported(node, "training mode") }
        let layer = BatchNormalization(
            scale: try weight(node.inputs[1], node, "scale"), bias: try weight(node.inputs[2], node, "bias"),
            mean: try weight(node.inputs[3], node, "mean"), variance: try weight(node.inputs[4], node, "variance"),
            epsilon: float(node, "epsilon", default: 1e-5))
        try append(node, .batchNormalization(layer), [input], rank: rank(input))
    }

    /// A slope is broadcast from the last axis on; only one number a channel, or one for all, is what PReLU means here.
    private mutating func prelu(_ node: ONNXNode) throws {
        let input = try value(node, 0)
        guard node.inputs.count == 2 else { throw unsupported(node, "it has no slope") }
        let rank = rank(input)
        let slope = try weight(node.inputs[1], node, "slope") { [file] tensor in
            let sizes = tensor.shape
            let channels: Int
            if tensor.elementCount == 1 {
                channels = 1
            } else if let place = sizes.firstIndex(where: { $0 != 1 }), sizes.count - place == rank - 1,
                sizes[(place + 1)...].allSatisfy({ $0 == 1 })
            {
                channels = sizes[place]
            } else {
                throw ONNXError.unsupportedUse(
                    file: file, node: node.name, operatorName: "PRelu",
                    detail: "a slope of shape \(sizes) does not run along the channels of a value with \(rank) axes")
            }
            return try Tensor(
                dtype: tensor.dtype, shape: [channels], storage: Storage(name: tensor.storage.name, bytes: tensor.cOrderBytes()))
        }
        try append(node, .prelu(slope: slope), [input], rank: rank)
    }

    private mutating func gemm(_ node: ONNXNode) throws {
        let input = try value(node, 0)
        guard node.inputs.count >= 2 else { throw unsupported(node, "it has no weight") }
        guard float(node, "alpha", default: 1) == 1, float(node, "beta", default: 1) == 1, integer(node, "transA", default: 0) == 0 else {
            throw unsupported(node, "alpha, beta or transA are not at their usual values")
        }
        let isTurned = integer(node, "transB", default: 0) == 0
        let weight = try weight(node.inputs[1], node, "weight") { isTurned ? try ONNXGraphReader.turned($0) : $0 }
        let bias = node.inputs.count > 2 && !node.inputs[2].isEmpty ? try self.weight(node.inputs[2], node, "bias") : nil
        try append(node, .linear(Linear(weight: weight, bias: bias)), [input], rank: 2)
    }

    private mutating func matrixProduct(_ node: ONNXNode) throws {
        let input = try value(node, 0)
        guard node.inputs.count == 2, rank(input) == 2 else { throw unsupported(node, "only a matrix times a stored weight") }
        let weight = try weight(node.inputs[1], node, "weight") { try ONNXGraphReader.turned($0) }
        try append(node, .linear(Linear(weight: weight)), [input], rank: 2)
    }

    /// [inputs, outputs] seen as [outputs, inputs], without a copy.
    static func turned(_ tensor: Tensor) throws -> Tensor {
        guard tensor.shape.count == 2 else { return tensor }
        return try Tensor(
            dtype: tensor.dtype, shape: tensor.shape.reversed(), strides: tensor.strides.reversed(), offset: tensor.offset,
            storage: tensor.storage)
    }

    /// Without constant folding, torch turns a linear layer's weight in the graph.
    private mutating func transpose(_ node: ONNXNode) throws {
        guard case .integers(let axes)? = node["perm"] else { throw unsupported(node, "perm is missing") }
        if let (tensor, output) = stored(node) {
            guard axes == [1, 0], tensor.shape.count == 2 else { throw unsupported(node, "only a matrix of weights is turned") }
            weightKeys[output] = weightKeys[node.inputs[0]]
            views[output] = try ONNXGraphReader.turned(tensor)
            return
        }
        let input = try value(node, 0)
        try append(node, .permute(axes.compactMap { Int(exactly: $0) }), [input], rank: rank(input))
    }

    /// Further axes of size 1: without constant folding, torch gives a slope those of an image in the graph.
    private mutating func unsqueeze(_ node: ONNXNode) throws {
        if let name = node.inputs.first, let tensor = constants[name], let axes = try reducedAxes(node), let output = node.outputs.first {
            constants[output] = try unsqueezed(tensor, axes, node)
            return
        }
        guard let (tensor, output) = stored(node), let axes = try reducedAxes(node) else {
            throw unsupported(node, "only a stored tensor gets further axes")
        }
        weightKeys[output] = weightKeys[node.inputs[0]]
        views[output] = try unsqueezed(tensor, axes, node)
    }

    private func unsqueezed(_ tensor: Tensor, _ axes: [Int64], _ node: ONNXNode) throws -> Tensor {
        let rank = tensor.shape.count + axes.count
        let places = axes.map { $0 < 0 ? Int($0) + rank : Int($0) }.sorted()
        guard rank <= 8, places.allSatisfy({ (0..<rank) ~= $0 }), Set(places).count == places.count else {
            throw unsupported(node, "axes \(axes)")
        }
        var (shape, strides) = (tensor.shape, tensor.strides)
        for place in places {
            shape.insert(1, at: place)
            strides.insert(1, at: place)
        }
        return try Tensor(dtype: tensor.dtype, shape: shape, strides: strides, offset: tensor.offset, storage: tensor.storage)
    }

    /// The weight that is a node's first input, as that value shows it, and the name of what becomes of it.
    private func stored(_ node: ONNXNode) -> (tensor: Tensor, output: String)? {
        guard let name = node.inputs.first, let key = weightKeys[name], let tensor = views[name] ?? initializers[key],
            let output = node.outputs.first
        else { return nil }
        return (tensor, output)
    }

    private mutating func pool(_ node: ONNXNode) throws {
        let input = try value(node, 0)
        guard node["kernel_shape"] != nil else { throw unsupported(node, "kernel_shape is missing") }
        guard try size(node, "dilations", default: 1) == Size2D(1), node.outputs.dropFirst().allSatisfy(\.isEmpty),
            integer(node, "storage_order", default: 0) == 0
        else { throw unsupported(node, "dilation or indices") }
        let pooling = Pooling(
            kernel: try size(node, "kernel_shape", default: 1), stride: try size(node, "strides", default: 1), padding: try padding(node),
            ceilMode: integer(node, "ceil_mode", default: 0) != 0)
        if node.operatorName == "MaxPool" { return try append(node, .maxPool(pooling), [input], rank: 4) }
        guard integer(node, "count_include_pad", default: 0) == 0 || pooling.padding.isZero else {
            throw unsupported(node, "padding that counts in the mean")
        }
        try append(node, .averagePool(pooling), [input], rank: 4)
    }

    private mutating func softmax(_ node: ONNXNode) throws {
        let input = try value(node, 0)
        let isOld = opset < ONNXOperatorTable.softmaxAxisOpset
        let place = try axis(integer(node, "axis", default: isOld ? 1 : -1), of: input, node)
        guard !isOld || place == rank(input) - 1 else { throw unsupported(node, "a sum over several axes (operator sets before 13)") }
        try append(node, .softmax(axis: place), [input], rank: rank(input))
    }

    private mutating func reduceMean(_ node: ONNXNode) throws {
        let input = try value(node, 0)
        guard let axes = try reducedAxes(node), rank(input) == 4, try Set(axes.map { try axis($0, of: input, node) }) == [2, 3] else {
            throw unsupported(node, "only the mean over height and width")
        }
        if integer(node, "keepdims", default: 1) != 0 { return try append(node, .globalAveragePool, [input], rank: 4) }
        var inner = node
        inner.outputs = [label(node) + ".kept"]
        try append(inner, .globalAveragePool, [input], rank: 4, named: label(node) + ".kept")
        try append(node, .flatten, inner.outputs, rank: 2)
    }

    /// Axes as an attribute, or from operator set 13 or 18 on as an input.
    private mutating func reducedAxes(_ node: ONNXNode) throws -> [Int64]? {
        if case .integers(let axes)? = node["axes"] { return axes }
        guard node.inputs.count > 1, !node.inputs[1].isEmpty else { return nil }
        return try integers(node.inputs[1])
    }

    // MARK: Arithmetic

    private mutating func add(_ node: ONNXNode) throws {
        guard node.inputs.count == 2 else { throw unsupported(node, "it has \(node.inputs.count) inputs") }
        for (index, other) in [(0, 1), (1, 0)] where constant(resolve(node.inputs[other])) != nil {
            let input = try value(node, index)
            if let numbers = try channelNumbers(node.inputs[other], rank: rank(input)) {
                return try append(node, .subtract(numbers.map { -$0 }), [input], rank: rank(input))
            }
            // A matrix product and the addition behind it are one linear layer.
            guard let place = producers[input], case .linear(var layer) = nodes[place].operation, layer.bias == nil, readers[input] == 1
            else { throw unsupported(node, "adding a stored tensor") }
            layer.bias = try weight(node.inputs[other], node, "bias")
            guard let output = node.outputs.first else { throw unsupported(node, "it has no output") }
            nodes[place].operation = .linear(layer)
            nodes[place].output = output
            producers[output] = place
            ranks[output] = 2
            return
        }
        let inputs = [try value(node, 0), try value(node, 1)]
        try append(node, .add, inputs, rank: rank(inputs[0]))
    }

    private mutating func subtract(_ node: ONNXNode) throws {
        let input = try value(node, 0)
        guard node.inputs.count == 2, let numbers = try channelNumbers(node.inputs[1], rank: rank(input)) else {
            throw unsupported(node, "only a stored number, or one per channel of an image, can be subtracted")
        }
        try append(node, .subtract(numbers), [input], rank: rank(input))
    }

    private mutating func multiply(_ node: ONNXNode) throws {
        guard node.inputs.count == 2 else { throw unsupported(node, "it has \(node.inputs.count) inputs") }
        for (index, other) in [(0, 1), (1, 0)] {
            guard constant(resolve(node.inputs[other])) != nil else { continue }
            let input = try value(node, index)
            guard let numbers = try channelNumbers(node.inputs[other], rank: rank(input)) else { continue }
            return try append(node, .multiply(numbers), [input], rank: rank(input))
        }
        throw unsupported(node, "only multiplication by a stored number, or by one per channel of an image")
    }

    private mutating func divide(_ node: ONNXNode) throws {
        let input = try value(node, 0)
        guard node.inputs.count == 2 else { throw unsupported(node, "it has \(node.inputs.count) inputs") }
        if let numbers = try channelNumbers(node.inputs[1], rank: rank(input)), numbers.values.allSatisfy({ $0 != 0 }) {
            return try append(node, .divide(numbers), [input], rank: rank(input))
        }
        guard let norm = norms[resolve(node.inputs[1])], norm.of == input else {
            throw unsupported(node, "only division by a number or a norm")
        }
        try append(node, .l2Normalize(axis: norm.axis, epsilon: norm.epsilon ?? 0), [input], rank: rank(input))
    }

    private mutating func reduceL2(_ node: ONNXNode) throws {
        let input = try value(node, 0)
        guard let axes = try reducedAxes(node), axes.count == 1, integer(node, "keepdims", default: 1) != 0, let output = node.outputs.first
        else { throw unsupported(node, "only the norm along one axis that is kept") }
        norms[output] = (input, try axis(axes[0], of: input, node), nil)
    }

    /// A norm that is kept above ε.
    private mutating func clamp(_ node: ONNXNode) throws {
        guard let first = node.inputs.first, let norm = norms[resolve(first)], norm.epsilon == nil, let output = node.outputs.first else {
            throw unsupported(node, "only a norm can be limited")
        }
        var limit: Double?
        if case .float(let number)? = node["min"] { limit = number.shortestDecimal }
        if node.inputs.count > 1, !node.inputs[1].isEmpty { limit = try number(node.inputs[1]) }
        let hasMaximum = node["max"] != nil || (node.operatorName == "Clip" && node.inputs.count > 2 && !node.inputs[2].isEmpty)
        guard let limit, !hasMaximum, node.operatorName == "Clip" || node.inputs.count == 2 else {
            throw unsupported(node, "only a lower limit that is stored")
        }
        norms[output] = (norm.of, norm.axis, limit)
    }

    private mutating func expand(_ node: ONNXNode) throws {
        guard let first = node.inputs.first, let norm = norms[resolve(first)], let output = node.outputs.first else {
            throw unsupported(node, "only a norm can be expanded")
        }
        norms[output] = norm
    }

    // MARK: Shapes

    private mutating func concatenate(_ node: ONNXNode) throws {
        let inputs = try node.inputs.indices.map { try value(node, $0) }
        guard let first = inputs.first, case .integer(let number)? = node["axis"] else { throw unsupported(node, "axis is missing") }
        try append(node, .concatenate(axis: try axis(number, of: first, node)), inputs, rank: rank(first))
    }

    /// Only what flattens everything behind the batch.
    private mutating func reshape(_ node: ONNXNode) throws {
        let input = try value(node, 0)
        if node.operatorName == "Squeeze" {
            guard rank(input) == 4, let place = producers[input], case .globalAveragePool = nodes[place].operation,
                try reducedAxes(node).map({ try Set($0.map { try axis($0, of: input, node) }) == [2, 3] }) == true
            else { throw unsupported(node, "only height and width of 1 can be taken away") }
            return try append(node, .flatten, [input], rank: 2)
        }
        guard node.inputs.count == 2 else { throw unsupported(node, "its shape is missing") }
        var items = shapes[resolve(node.inputs[1])]
        if items == nil { items = try integers(node.inputs[1])?.map { .size($0) } }
        guard let items, items.count == 2 else { throw unsupported(node, "only flattening to two axes") }
        let keepsBatch: Bool
        switch items[0] {
        case .axis(let axis): keepsBatch = axis == 0
        case .size(let size):
            keepsBatch = size == 0 && integer(node, "allowzero", default: 0) == 0 || size == -1 || size == 1 || size == fixedBatch
        }
        guard keepsBatch else { throw unsupported(node, "the batch would not stay the first axis") }
        if case .size(let size) = items[1], size > 0, let output = node.outputs.first { claimedFeatures[output] = size }
        try append(node, .flatten, [input], rank: 2)
    }

    private mutating func rename(_ node: ONNXNode) throws {
        guard let input = node.inputs.first, let output = node.outputs.first else { throw unsupported(node, "it has no input") }
        if takeStored(input, as: output) { return }
        let name = resolve(input)
        guard ranks[name] != nil else { throw unsupported(node, "the value \(input) is not known") }
        synonyms[output] = name
    }

    /// A weight or constant under a further name; false for what is computed.
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

    private mutating func cast(_ node: ONNXNode) throws {
        guard let input = node.inputs.first, let output = node.outputs.first else { throw unsupported(node, "it has no input") }
        let code = integer(node, "to", default: 0)
        if let tensor = try castConstant(input, to: code) {
            constants[output] = tensor
            return
        }
        if ONNXDType.dtype(Int32(truncatingIfNeeded: code))?.isFloatingPoint == true, takeStored(input, as: output) {
            if code == Int64(ONNXElementType.float32) { widened.insert(output) }
            return
        }
        let value = try value(node, 0)
        // Between floating-point types a cast only rounds.
        let isFloat = code == Int64(ONNXElementType.float32)
        if [ONNXElementType.float16, ONNXElementType.bfloat16, ONNXElementType.float64].map(Int64.init).contains(code),
            !integerInputs.contains(value)
        {
            noteArithmetic(ONNXDType.dtype(Int32(truncatingIfNeeded: code))?.rawValue ?? "other")
            return try rename(node)
        }
        guard isFloat else { throw unsupported(node, "only casts to floating-point numbers") }
        if !integerInputs.contains(value) { return try rename(node) }
        try append(node, .convertToFloat, [value], rank: rank(value))
    }
}
