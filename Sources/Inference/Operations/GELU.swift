import ConvertIR
import Glibc

extension PlainNode {
    /// torch's two formulas (torch.nn.GELU); the approximation is one of the distribution function, and is computed as it is defined.
    func gelu(isApproximate: Bool) -> PlainTensor {
        if isApproximate {
            return byNumber { value in
                let inner = (2 / Double.pi).squareRoot() * (value + 0.044715 * value * value * value)
                return 0.5 * value * (1 + Glibc.tanh(inner))
            }
        }
        return byNumber { value in 0.5 * value * (1 + erf(value * 0.5.squareRoot())) }
    }
}

extension LayerFusion {
    mutating func gelu(_ node: Node, isApproximate: Bool) { activate(node, .curve(isApproximate ? .geluTanh : .gelu)) }
}
