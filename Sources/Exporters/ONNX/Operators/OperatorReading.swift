import ConvertIR

/// How one ONNX operator is read: it becomes a node of the graph, part of one, or a constant.
struct ONNXReading: Sendable {
    /// What the standard (onnx docs/Operators.md, sets 9 to 25) allows a node of this operator to have; nil if that is not checked.
    let form: Form?
    let read: @Sendable (_ reader: inout ONNXGraphReader, _ node: ONNXNode) throws -> Void

    struct Form {
        let inputs: ClosedRange<Int>
        let outputs: ClosedRange<Int>
        let attributes: Set<String>
    }

    init(_ read: @escaping @Sendable (_ reader: inout ONNXGraphReader, _ node: ONNXNode) throws -> Void) {
        form = nil
        self.read = read
    }

    init(
        inputs: ClosedRange<Int>, outputs: ClosedRange<Int> = 1...1, attributes: Set<String> = [],
        _ read: @escaping @Sendable (_ reader: inout ONNXGraphReader, _ node: ONNXNode) throws -> Void
    ) {
        form = Form(inputs: inputs, outputs: outputs, attributes: attributes)
        self.read = read
    }

    /// Attributes of operators with a window.
    static let window: Set<String> = ["auto_pad", "dilations", "kernel_shape", "pads", "strides"]
    /// Attributes of operators that reduce axes.
    static let reduction: Set<String> = ["axes", "keepdims", "noop_with_empty_axes"]
}

extension OperationKind {
    /// ONNX operators that are read as this operation, or as a part of it, by their names; from the file named after the operation.
    var onnxReadings: [String: ONNXReading] {
        switch self {
        case .convolution: ONNXGraphReader.convolutionReadings
        case .batchNormalization: ONNXGraphReader.batchNormalizationReadings
        case .prelu: ONNXGraphReader.preluReadings
        case .relu: ONNXGraphReader.reluReadings
        case .sigmoid: ONNXGraphReader.sigmoidReadings
        case .tanh: ONNXGraphReader.tanhReadings
        case .clip: ONNXGraphReader.clipReadings
        case .leakyReLU: ONNXGraphReader.leakyReLUReadings
        case .hardSigmoid: ONNXGraphReader.hardSigmoidReadings
        case .hardSwish: ONNXGraphReader.hardSwishReadings
        case .gelu: ONNXGraphReader.geluReadings
        case .add: ONNXGraphReader.addReadings
        case .product: ONNXGraphReader.productReadings
        case .maximum: ONNXGraphReader.maximumReadings
        case .multiply: ONNXGraphReader.multiplyReadings
        case .divide: ONNXGraphReader.divideReadings
        case .subtract: ONNXGraphReader.subtractReadings
        case .selectChannels: ONNXGraphReader.selectChannelsReadings
        case .concatenate: ONNXGraphReader.concatenateReadings
        case .maxPool: ONNXGraphReader.maxPoolReadings
        case .averagePool: ONNXGraphReader.averagePoolReadings
        case .globalAveragePool: ONNXGraphReader.globalAveragePoolReadings
        case .linear: ONNXGraphReader.linearReadings
        case .flatten: ONNXGraphReader.flattenReadings
        case .permute: ONNXGraphReader.permuteReadings
        case .softmax: ONNXGraphReader.softmaxReadings
        case .l2Normalize: ONNXGraphReader.l2NormalizeReadings
        case .convertToFloat: ONNXGraphReader.convertToFloatReadings
        case .layerNormalization: ONNXGraphReader.layerNormalizationReadings
        case .matrixProduct: ONNXGraphReader.matrixProductReadings
        case .reshape: ONNXGraphReader.reshapeReadings
        case .slice: ONNXGraphReader.sliceReadings
        case .pad: ONNXGraphReader.padReadings
        case .reduceMean: ONNXGraphReader.reduceMeanReadings
        case .reduceL2: ONNXGraphReader.reduceL2Readings
        case .parameter: ONNXGraphReader.parameterReadings
        case .globalMaxPool: ONNXGraphReader.globalMaxPoolReadings
        // Written as poolings.
        case .adaptiveAveragePool: [:]
        }
    }
}

extension ONNXGraphReader {
    /// All operators that are read, by name.
    static let readings: [String: ONNXReading] = OperationKind.allCases.reduce(into: renamingReadings) { all, kind in
        all.merge(kind.onnxReadings) { first, _ in first }
    }

    /// Takes one node: it becomes a node of the graph, part of one, or a constant.
    mutating func take(_ node: ONNXNode) throws {
        order += 1
        let isKnownDomain = node.domain.isEmpty || node.domain == "ai.onnx"
        let isFused = node.domain == "com.microsoft" && ONNXGraphReader.fusedOperators.contains(node.operatorName)
        guard isKnownDomain || isFused else {
            throw ONNXError.unsupportedOperator(file: file, node: label(node), operatorName: node.operatorName, domain: node.domain)
        }
        for output in node.outputs where !output.isEmpty {
            guard defined.insert(output).inserted else { throw unsupported(node, "the value \(output) is given twice") }
        }
        try checkJoinedRows(node)
        if isFused { return try withActivation(node) }
        if try takeShapeArithmetic(node) || takeTable(node) || foldConstants(node) || takeNormalizationPart(node) { return }
        guard let reading = ONNXGraphReader.readings[node.operatorName] else {
            throw ONNXError.unsupportedOperator(file: file, node: label(node), operatorName: node.operatorName, domain: "")
        }
        let takesNorms = ONNXGraphReader.normOperators.contains(node.operatorName)
        for name in node.inputs {
            let name = resolve(name)
            if normalizationParts[name] != nil || norms[name] != nil && !takesNorms { try becomeNode(name) }
        }
        try reading.read(&self, node)
    }

    /// Rows of all images in one matrix (see `joinRows`) are in truth a value with one more axis. So only a reshape, which puts them back, and
    /// operators that do the same with each row may read them; to any other, axes and sizes would mean something else.
    private mutating func checkJoinedRows(_ node: ONNXNode) throws {
        guard node.inputs.contains(where: { joinedRows.contains($0) }) else { return }
        let isFirst = node.inputs.first.map { joinedRows.contains($0) } ?? false
        if node.operatorName == "Reshape", isFirst { return }
        let isProduct = ["Gemm", "MatMul", "FusedGemm"].contains(node.operatorName)
        let others = isProduct ? Array(node.inputs.dropFirst()) : node.inputs.filter { !joinedRows.contains($0) }
        guard ONNXGraphReader.rowOperators.contains(node.operatorName),
            others.allSatisfy({ $0.isEmpty || stored(resolve($0)) != nil })
        else { throw unsupported(node, "the rows of all images are one matrix here") }
        joinedRows.formUnion(node.outputs)
    }

    /// Operators that an L2 normalization is made of, besides the norm.
    private static let normOperators: Set<String> = ["Clip", "Max", "Expand", "Div"]
    /// Operators that do the same with each row, or with each number.
    private static let rowOperators: Set<String> = [
        "Gemm", "FusedGemm", "MatMul", "Add", "Mul", "Div", "Relu", "Clip", "Sigmoid", "Tanh", "Erf", "Gelu", "LeakyRelu", "HardSigmoid",
        "HardSwish",
        "Identity", "Cast", "Dropout",
    ]

    /// An operation of one input that has no attributes and keeps the number of axes.
    mutating func pass(_ node: ONNXNode, _ operation: Operation) throws {
        let input = try value(node, 0)
        try append(node, operation, [input], rank: rank(input))
    }
}
