import ConvertIR
import Glibc

extension PlainNode {
    func sigmoid() -> PlainTensor { byNumber(PlainNode.logistic) }

    /// The exponential function never overflows, so that both tails are right.
    static func logistic(_ value: Double) -> Double {
        let power = exp(-abs(value))
        return (value < 0 ? power : 1) / (1 + power)
    }
}

extension LayerFusion {
    mutating func sigmoid(_ node: Node) { activate(node, .curve(.sigmoid)) }
}
