import ConvertIR

extension PlainNode {
    func hardSwish() -> PlainTensor { byNumber { $0 * PlainNode.clip($0 / 6 + 0.5, 0, 1) } }
}

extension LayerFusion {
    mutating func hardSwish(_ node: Node) { activate(node, .hardSwish) }
}
