import ConvertIR

extension PlainNode {
    func prelu(slope key: String) throws -> PlainTensor {
        let slope = try vector(key)
        return byChannel { value, c in value < 0 ? value * slope[slope.count == 1 ? 0 : c] : value }
    }
}

extension LayerFusion {
    mutating func prelu(_ node: Node, slope: String) { activate(node, .prelu(key: slope)) }
}
