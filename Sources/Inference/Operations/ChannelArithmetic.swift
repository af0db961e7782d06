import ConvertIR

extension PlainNode {
    func multiply(_ constant: ChannelNumbers) -> PlainTensor { byChannel(constant) { $0 * $1 } }
    func divide(_ constant: ChannelNumbers) -> PlainTensor { byChannel(constant) { $0 / $1 } }
    func subtract(_ constant: ChannelNumbers) -> PlainTensor { byChannel(constant) { $0 - $1 } }

    /// Every number with the constant of its channel (axis 1).
    private func byChannel(_ constant: ChannelNumbers, _ function: (Double, Double) -> Double) -> PlainTensor {
        let channels = x.shape.count > 1 ? x.shape[1] : 1
        let plane = x.shape.dropFirst(2).reduce(1, *)
        return PlainTensor(
            shape: x.shape,
            values: x.values.indices.map { function(x.values[$0], constant[$0 / max(plane, 1) % max(channels, 1)]) })
    }
}

extension LayerFusion {
    mutating func multiply(_ node: Node, _ constant: ChannelNumbers) { affine(node, constant.values, [0]) }
    mutating func divide(_ node: Node, _ constant: ChannelNumbers) { affine(node, constant.values.map { 1 / $0 }, [0]) }
    mutating func subtract(_ node: Node, _ constant: ChannelNumbers) { affine(node, [1], constant.values.map { -$0 }) }
}
