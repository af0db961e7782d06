import ConvertIR

extension PlainNode {
    func clip(minimum: Double, maximum: Double) -> PlainTensor { byNumber { PlainNode.clip($0, minimum, maximum) } }

    /// A NaN is neither below nor above, and stays.
    static func clip(_ value: Double, _ minimum: Double, _ maximum: Double) -> Double {
        value < minimum ? minimum : value > maximum ? maximum : value
    }
}

extension LayerFusion {
    mutating func clip(_ node: Node, minimum: Double, maximum: Double) {
        activate(node, .clip(minimum: minimum, maximum: maximum))
    }
}
