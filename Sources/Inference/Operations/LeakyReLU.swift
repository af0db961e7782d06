import ConvertIR

extension PlainNode {
    func leakyReLU(slope: Double) -> PlainTensor { byNumber { $0 < 0 ? $0 * slope : $0 } }
}

extension LayerFusion {
    mutating func leakyReLU(_ node: Node, slope: Double) { activate(node, .leakyReLU(slope: slope)) }
}
