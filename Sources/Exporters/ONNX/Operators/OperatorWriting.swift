import ConvertIR

/// One way of writing one operation as ONNX operators (onnx docs/Changelog.md), for a range of operator sets.
struct ONNXWriting: Sendable {
    let opsets: ClosedRange<Int>
    let write: @Sendable (_ node: Node, _ names: ONNXNames) -> [ONNXNode]

    init(
        opsets: ClosedRange<Int> = ONNXError.writableOpsets, _ write: @escaping @Sendable (_ node: Node, _ names: ONNXNames) -> [ONNXNode]
    ) {
        self.opsets = opsets
        self.write = write
    }
}

extension Operation {
    /// All ways of writing it, from the file named after it; the first whose range holds the target is used. None: ONNX cannot hold it.
    var onnxWritings: [ONNXWriting] {
        switch self {
        case .convolution(let layer): ONNXWriting.convolution(layer)
        case .batchNormalization(let layer): ONNXWriting.batchNormalization(layer)
        case .prelu(let slope): ONNXWriting.prelu(slope: slope)
        case .relu: ONNXWriting.relu
        case .sigmoid: ONNXWriting.sigmoid
        case .tanh: ONNXWriting.tanh
        case .clip(let minimum, let maximum): ONNXWriting.clip(minimum: minimum, maximum: maximum)
        case .leakyReLU(let slope): ONNXWriting.leakyReLU(slope: slope)
        case .hardSigmoid(let layer): ONNXWriting.hardSigmoid(layer)
        case .hardSwish: ONNXWriting.hardSwish
        case .gelu(let isApproximate): ONNXWriting.gelu(isApproximate: isApproximate)
        case .add: ONNXWriting.add
        case .product: ONNXWriting.product
        case .maximum: ONNXWriting.maximum
        case .multiply(let constant): ONNXWriting.multiply(constant)
        case .divide(let constant): ONNXWriting.divide(constant)
        case .subtract(let constant): ONNXWriting.subtract(constant)
        case .selectChannels(let channels): ONNXWriting.selectChannels(channels)
        case .concatenate(let axis): ONNXWriting.concatenate(axis: axis)
        case .maxPool(let pooling): ONNXWriting.maxPool(pooling)
        case .averagePool(let pooling): ONNXWriting.averagePool(pooling)
        case .globalAveragePool: ONNXWriting.globalAveragePool
        case .linear(let layer): ONNXWriting.linear(layer)
        case .flatten: ONNXWriting.flatten
        case .permute(let axes): ONNXWriting.permute(axes)
        case .softmax(let axis): ONNXWriting.softmax(axis: axis)
        case .l2Normalize(let axis, let epsilon): ONNXWriting.l2Normalize(axis: axis, epsilon: epsilon)
        case .convertToFloat: ONNXWriting.convertToFloat
        case .layerNormalization(let layer): ONNXWriting.layerNormalization(layer)
        case .matrixProduct: ONNXWriting.matrixProduct
        case .reshape(let shape): ONNXWriting.reshape(shape)
        case .slice(let slice): ONNXWriting.slice(slice)
        case .pad(let padding, let value): ONNXWriting.pad(padding, value: value)
        case .reduceMean(let axes, let keepsAxes): ONNXWriting.reduceMean(axes, keepsAxes: keepsAxes)
        case .reduceL2(let axes, let keepsAxes): ONNXWriting.reduceL2(axes, keepsAxes: keepsAxes)
        case .parameter(let weight, let isPerImage): ONNXWriting.parameter(weight, isPerImage: isPerImage)
        case .adaptiveAveragePool(let size): ONNXWriting.adaptiveAveragePool(size)
        case .globalMaxPool: ONNXWriting.globalMaxPool
        }
    }

    /// The operators of a node with this operation at an operator set.
    func onnxNodes(_ node: Node, _ names: ONNXNames, opset: Int) throws(ONNXError) -> [ONNXNode] {
        guard let writing = onnxWritings.first(where: { $0.opsets ~= opset }) else {
            throw .cannotHold(name: name, what: "this operation at operator set \(opset)")
        }
        let nodes = writing.write(node, names)
        guard !nodes.isEmpty else { throw .cannotHold(name: node.name, what: "\(name) of parts that differ in size") }
        return nodes
    }
}

// MARK: Attributes

extension ONNXWriting {
    static func pair(_ size: Size2D) -> ONNXAttribute { .integers([Int64(size.height), Int64(size.width)]) }

    static func pads(_ padding: Padding2D) -> ONNXAttribute {
        .integers([Int64(padding.top), Int64(padding.left), Int64(padding.bottom), Int64(padding.right)])
    }
}

// MARK: Versions

/// What differs between operator sets apart from how single operations are written.
enum ONNXOpset {
    /// The lowest IR version that an operator set needs (onnx docs/Versioning.md).
    static func irVersion(_ opset: Int) -> Int {
        switch opset {
        case ...11: 6
        case 12...14: 7
        case 15...18: 8
        case 19...20: 9
        default: 10
        }
    }

    /// The first operator set whose Cast knows bfloat16.
    static let bfloat16 = 13
    /// The first operator set whose Softmax works along one axis, whichever it is.
    static let softmaxAxis = 13
}
