import ConvertIR

extension PlainNode {
    func relu() -> PlainTensor { PlainTensor(shape: x.shape, values: x.values.map { max($0, 0) }) }
}

extension LayerFusion {
    mutating func relu(_ node: Node) { activate(node, .relu) }
}
