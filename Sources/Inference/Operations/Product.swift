import ConvertIR

extension PlainNode {
    func product() throws -> PlainTensor { try combined { $0 * $1 } }
}

extension LayerFusion {
    mutating func product(_ node: Node) { combine(node, .product) }
}
