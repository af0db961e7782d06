import ConvertIR

extension PlainNode {
    func prelu(slope key: String) throws -> PlainTensor {
        let slope = try vector(key)
        if slope.count == 1 { return byNumber { $0 < 0 ? $0 * slope[0] : $0 } }
        return byChannel { value, c in value < 0 ? value * slope[c] : value }
    }
}

extension LayerFusion {
    mutating func prelu(_ node: Node, slope: String) { activate(node, .prelu(key: slope)) }
}
