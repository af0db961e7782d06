import ConvertIR

extension PlainNode {
    func batchNormalization(_ layer: BatchNormalization) throws -> PlainTensor {
        let (scale, bias) = (try layer.scale.map(vector), try layer.bias.map(vector))
        let (mean, variance) = (try vector(layer.mean), try vector(layer.variance))
        return byChannel { value, c in
            (value - mean[c]) / (variance[c] + layer.epsilon).squareRoot() * (scale?[c] ?? 1) + (bias?[c] ?? 0)
        }
    }
}

extension LayerFusion {
    /// Goes into the layer before it as a factor and a term for each channel.
    mutating func batchNormalization(_ node: Node, _ layer: BatchNormalization) throws {
        let (scale, bias) = (try layer.scale.map(numbers), try layer.bias.map(numbers))
        let (mean, variance) = (try numbers(layer.mean), try numbers(layer.variance))
        let factors = mean.indices.map { (scale?[$0] ?? 1) / (variance[$0] + layer.epsilon).squareRoot() }
        affine(node, factors, mean.indices.map { (bias?[$0] ?? 0) - mean[$0] * factors[$0] })
    }
}
