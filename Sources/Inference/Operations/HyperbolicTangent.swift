import ConvertIR
import Glibc

extension PlainNode {
    func tanh() -> PlainTensor { byNumber { Glibc.tanh($0) } }
}

extension LayerFusion {
    mutating func tanh(_ node: Node) { activate(node, .curve(.tanh)) }
}
