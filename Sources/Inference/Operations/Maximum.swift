import ConvertIR

extension PlainNode {
    /// A NaN on either side is passed on, as torch does.
    func maximum() throws -> PlainTensor { try combined { $0.isNaN || $0 > $1 ? $0 : $1 } }
}

extension LayerFusion {
    mutating func maximum(_ node: Node) { combine(node, .maximum) }
}
