import ConvertIR
import Kernels

extension PlainNode {
    func reshape() throws -> PlainTensor { PlainTensor(shape: try outputShape(), values: x.values) }
}

extension PlannedLayer {
    func reshape() -> ExecutionStep {
        if let copy = StridedCopy(reshaping: source, target) { return small(.copies([copy], onto: nil)) }
        return small(.flatCopy(FlatCopy(source: source, target: target)))
    }
}
