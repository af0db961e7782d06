import ConvertIR

extension PlainNode {
    /// All numbers are float64 here already.
    func convertToFloat() -> PlainTensor { x }
}

extension LayerFusion {
    /// The image enters as float32: nothing is left to do but to go on from it.
    mutating func convertToFloat(_ node: Node) { append(node, .pixels) }
}
