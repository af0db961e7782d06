import ConvertIR

extension PlainNode {
    func hardSigmoid(_ layer: HardSigmoid) -> PlainTensor { byNumber { PlainNode.clip($0 * layer.alpha + layer.beta, 0, 1) } }
}

extension LayerFusion {
    /// Factor and term go into the layer before like those of a batch normalization; what is left is a clip.
    mutating func hardSigmoid(_ node: Node, _ layer: HardSigmoid) {
        affine(node, [layer.alpha], [layer.beta])
        guard let index = producers[node.output] else { return }
        layers[index].activation = .clip(minimum: 0, maximum: 1)
    }
}
