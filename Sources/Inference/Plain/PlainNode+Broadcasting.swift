import ConvertIR

extension PlainNode {
    /// A function of each number.
    func byNumber(_ function: (Double) -> Double) -> PlainTensor { PlainTensor(shape: x.shape, values: x.values.map(function)) }

    /// A function of the numbers of both inputs, axes of size 1 repeated. Sizes that are only known now are checked now.
    func combined(_ function: (Double, Double) -> Double) throws -> PlainTensor {
        let (one, other) = (inputs[0], inputs[1])
        guard one.shape.count == other.shape.count, zip(one.shape, other.shape).allSatisfy({ $0 == $1 || $0 == 1 || $1 == 1 }) else {
            throw GraphError.wrongInput(
                node: node.name, operation: node.operation.name, expected: "two values of equal shape, but for axes of size 1",
                found: "\(one.shape) and \(other.shape)")
        }
        if one.shape == other.shape { return PlainTensor(shape: one.shape, values: zip(one.values, other.values).map(function)) }
        let shape = zip(one.shape, other.shape).map { $0 == 1 ? $1 : $0 }
        let (left, right) = (PlainNode.steps(one.shape), PlainNode.steps(other.shape))
        var result = PlainTensor(zeros: shape)
        for index in result.values.indices {
            var (rest, from, to) = (index, 0, 0)
            for axis in shape.indices.reversed() {
                let position = rest % shape[axis]
                rest /= shape[axis]
                from += position * left[axis]
                to += position * right[axis]
            }
            result.values[index] = function(one.values[from], other.values[to])
        }
        return result
    }

    /// How far apart neighbors along each axis are; 0 along an axis that is repeated.
    private static func steps(_ shape: [Int]) -> [Int] {
        var steps = [Int](repeating: 1, count: shape.count)
        for axis in shape.indices.dropLast().reversed() { steps[axis] = steps[axis + 1] * shape[axis + 1] }
        return zip(steps, shape).map { $1 == 1 ? 0 : $0 }
    }
}
