import ConvertIR

extension PlainNode {
    func add() throws -> PlainTensor { try combined { $0 + $1 } }
}

extension LayerFusion {
    /// The later of the two operands' layers adds the other one, which is there by then.
    mutating func add(_ node: Node) {
        let operands = node.inputs
        let candidates = [(0, 1), (1, 0)].compactMap { own, other -> (index: Int, other: String)? in
            guard let index = soleProducer(of: operands[own]), layers[index].takesResidual, operands[own] != operands[other],
                (producers[operands[other]] ?? -1) < index, haveEqualShapes(operands)
            else { return nil }
            return (index, operands[other])
        }
        if let chosen = candidates.max(by: { $0.index < $1.index }) {
            return extend(chosen.index, node) { layer in
                layer.summand = layer.output
                layer.residual = chosen.other
            }
        }
        combine(node, .sum)
    }
}
