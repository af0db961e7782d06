import ConvertIR

extension PlainNode {
    func batchNormalization(_ layer: BatchNormalization) throws -> PlainTensor {
        let (scale, bias) = (try vector(layer.scale), try vector(layer.bias))
        let (mean, variance) = (try vector(layer.mean), try vector(layer.variance))
        return byChannel { value, c in (value - mean[c]) / (variance[c] + layer.epsilon).squareRoot() * scale[c] + bias[c] }
    }
}

extension LayerFusion {
    /// Goes into the layer before it as a factor and a term for each channel.
    mutating func batchNormalization(_ node: Node, _ layer: BatchNormalization) throws {
        let (scale, bias) = (try numbers(layer.scale), try numbers(layer.bias))
        let (mean, variance) = (try numbers(layer.mean), try numbers(layer.variance))
        let factors = scale.indices.map { scale[$0] / (variance[$0] + layer.epsilon).squareRoot() }
        affine(node, factors, scale.indices.map { bias[$0] - mean[$0] * factors[$0] })
    }
}
