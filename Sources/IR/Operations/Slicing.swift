/// A part of a value along one axis.
package struct Slicing: Sendable, Equatable {
    /// The axis.
    package var axis: Int
    /// The first index; a negative one counts from the end.
    package var start: Int
    /// The index after the last; a negative one counts from the end. Past the end is at the end.
    package var end: Int
    /// From one index to the next; negative to go backwards.
    package var step: Int

    /// Past the end, or before the beginning if the step is negative.
    package static func whole(_ step: Int) -> Int { step < 0 ? -Int(Int32.max) : Int(Int32.max) }

    /// A slice.
    package init(axis: Int, start: Int, end: Int, step: Int = 1) {
        self.axis = axis
        self.start = start
        self.end = end
        self.step = step
    }

    /// The first index for an axis of this size, and how many there are (onnx docs/Operators.md, Slice).
    package func range(_ size: Int) -> (first: Int, count: Int) {
        guard size > 0, step != 0 else { return (0, 0) }
        let bounds = step > 0 ? 0...size : -1...size - 1
        func position(_ number: Int) -> Int { min(max(number < 0 ? number + size : number, bounds.lowerBound), bounds.upperBound) }
        let first = position(start)
        let distance = step > 0 ? position(end) - first : first - position(end)
        return (first, distance <= 0 ? 0 : (distance - 1) / abs(step) + 1)
    }
}

extension Slicing: OperationDefinition {
    static var blank: Slicing { Slicing(axis: 0, start: 0, end: 0) }
    static let attributeFields = [
        AttributeField("axis", \Slicing.axis), AttributeField("start", \Slicing.start), AttributeField("end", \Slicing.end),
        AttributeField("step", \Slicing.step, usual: 1),
    ]
    var operation: Operation { .slice(self) }

    func outputType(_ node: NodeInference) throws(GraphError) -> ValueType {
        var result = try node.floatInput()
        guard result.shape.indices.contains(axis) else { throw node.bad("axis \(axis) is not in \(result)") }
        // Numbers of a file may be as large as they like; past these, arithmetic on them could overflow.
        let limit = -Int(Int32.max)...Int(Int32.max)
        guard limit ~= start, limit ~= end, limit ~= step, step != 0 else { throw node.bad("from \(start) to \(end) in steps of \(step)") }
        guard let size = result.shape[axis].fixed else {
            guard result.shape[axis] != node.batch else { throw node.bad("images are not taken out of the batch") }
            result.shape[axis] = .derived
            return result
        }
        guard size <= Int(Int32.max) else { throw node.wrong("a value that fits in memory", result) }
        let count = range(size).count
        guard count > 0 else { throw node.bad("nothing is left from \(start) to \(end) of \(size)") }
        result.shape[axis] = .fixed(count)
        return result
    }
}
