import ConvertIR

extension PlainNode {
    /// What the node gives, by the definition of its operation.
    func output() throws -> PlainTensor {
        switch node.operation {
        case .convolution(let layer): try convolution(layer)
        case .batchNormalization(let layer): try batchNormalization(layer)
        case .prelu(let slope): try prelu(slope: slope)
        case .relu: relu()
        case .sigmoid: sigmoid()
        case .tanh: tanh()
        case .clip(let minimum, let maximum): clip(minimum: minimum, maximum: maximum)
        case .leakyReLU(let slope): leakyReLU(slope: slope)
        case .hardSigmoid(let layer): hardSigmoid(layer)
        case .hardSwish: hardSwish()
        case .gelu(let isApproximate): gelu(isApproximate: isApproximate)
        case .add: try add()
        case .product: try product()
        case .maximum: try maximum()
        case .multiply(let constant): multiply(constant)
        case .divide(let constant): divide(constant)
        case .subtract(let constant): subtract(constant)
        case .selectChannels(let channels): selectChannels(channels)
        case .concatenate(let axis): concatenate(axis: axis)
        case .maxPool(let pooling): try maxPool(pooling)
        case .averagePool(let pooling): try averagePool(pooling)
        case .globalAveragePool: globalAveragePool()
        case .linear(let layer): try linear(layer)
        case .flatten: flatten()
        case .permute(let axes): permute(axes)
        case .softmax(let axis): softmax(axis: axis)
        case .l2Normalize(let axis, let epsilon): l2Normalize(axis: axis, epsilon: epsilon)
        case .convertToFloat: convertToFloat()
        }
    }
}

extension LayerFusion {
    /// Takes the next node: it becomes a layer, or goes into one. Throws for what the fast executor cannot run.
    mutating func take(_ node: Node) throws {
        switch node.operation {
        case .convolution(let layer): convolution(node, layer)
        case .batchNormalization(let layer): try batchNormalization(node, layer)
        case .prelu(let slope): prelu(node, slope: slope)
        case .relu: relu(node)
        case .sigmoid: sigmoid(node)
        case .tanh: tanh(node)
        case .clip(let minimum, let maximum): clip(node, minimum: minimum, maximum: maximum)
        case .leakyReLU(let slope): leakyReLU(node, slope: slope)
        case .hardSigmoid(let layer): hardSigmoid(node, layer)
        case .hardSwish: hardSwish(node)
        case .gelu(let isApproximate): gelu(node, isApproximate: isApproximate)
        case .add: add(node)
        case .product: product(node)
        case .maximum: maximum(node)
        case .multiply(let constant): multiply(node, constant)
        case .divide(let constant): divide(node, constant)
        case .subtract(let constant): subtract(node, constant)
        case .selectChannels(let channels): selectChannels(node, channels)
        case .concatenate(let axis): try concatenate(node, axis: axis)
        case .maxPool(let pooling): maxPool(node, pooling)
        case .averagePool(let pooling): averagePool(node, pooling)
        case .globalAveragePool: globalAveragePool(node)
        case .linear(let layer): linear(node, layer)
        case .flatten: flatten(node)
        case .permute(let axes): try permute(node, axes)
        case .softmax(let axis): try softmax(node, axis: axis)
        case .l2Normalize(let axis, let epsilon): try l2Normalize(node, axis: axis, epsilon: epsilon)
        case .convertToFloat: convertToFloat(node)
        }
    }
}
