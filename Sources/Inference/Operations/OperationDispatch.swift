import ConvertIR

extension PlainNode {
    /// What the node gives, by the definition of its operation.
    func output() throws -> PlainTensor {
        switch node.operation {
        case .convolution(let layer): try convolution(layer)
        case .batchNormalization(let layer): try batchNormalization(layer)
        case .prelu(let slope): try prelu(slope: slope)
        case .relu: relu()
        case .add: add()
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
        case .layerNormalization(let layer): try layerNormalization(layer)
        case .matrixProduct: matrixProduct()
        case .reshape: try reshape()
        case .slice(let slice): self.slice(slice)
        case .pad(let padding, let value): pad(padding, value: value)
        case .reduceMean(let axes, _): try reduceMean(axes)
        case .reduceL2(let axes, _): try reduceL2(axes)
        case .parameter(let weight, let isPerImage): try parameter(weight, isPerImage: isPerImage)
        case .adaptiveAveragePool(let size): adaptiveAveragePool(size)
        case .globalMaxPool: globalMaxPool()
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
        case .add: add(node)
        case .multiply(let constant): multiply(node, constant)
        case .divide(let constant): divide(node, constant)
        case .subtract(let constant): subtract(node, constant)
        case .selectChannels(let channels): selectChannels(node, channels)
        case .concatenate(let axis): concatenate(node, axis: axis)
        case .maxPool(let pooling): maxPool(node, pooling)
        case .averagePool(let pooling): averagePool(node, pooling)
        case .globalAveragePool: append(node, .globalAveragePool)
        case .linear(let layer): linear(node, layer)
        case .flatten: append(node, .flatten)
        case .permute(let axes): append(node, .permute(axes))
        case .softmax(let axis): append(node, .softmax(axis: axis))
        case .l2Normalize(let axis, let epsilon): append(node, .l2Normalize(axis: axis, epsilon: epsilon))
        case .convertToFloat: convertToFloat(node)
        case .layerNormalization(let layer): append(node, .layerNormalization(layer))
        case .matrixProduct: matrixProduct(node)
        case .reshape: append(node, .reshape)
        case .slice(let slice): append(node, .slice(slice))
        case .pad(let padding, let value): append(node, .pad(padding, value: value))
        case .reduceMean(let axes, _): append(node, .reduce(.mean, axes: axes))
        case .reduceL2(let axes, _): append(node, .reduce(.norm, axes: axes))
        case .parameter(let weight, _): append(node, .parameter(key: weight))
        case .adaptiveAveragePool(let size): append(node, .adaptiveAveragePool(size))
        case .globalMaxPool: append(node, .globalMaxPool)
        }
    }
}
