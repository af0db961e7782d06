import ConvertIR
import ConvertTensors

extension ONNXWriting {
    static func slice(_ slice: Slicing) -> [ONNXWriting] {
        [
            ONNXWriting { node, names in
                let parts = [("start", slice.start), ("end", slice.end), ("axis", slice.axis), ("step", slice.step)].map {
                    names.constant("\(node.name).\($0)", .integers([Int64($1)]))
                }
                return parts + [names.node(node, "Slice", parts.flatMap(\.outputs))]
            }
        ]
    }
}

extension ONNXGraphReader {
    static let sliceReadings: [String: ONNXReading] = [
        "Slice": ONNXReading { reader, node in try reader.slice(node) },
        "Split": ONNXReading(inputs: 1...2, outputs: 1...Int.max, attributes: ["axis", "num_outputs", "split"]) { reader, node in
            try reader.split(node)
        },
    ]

    /// One slice for each axis; all of an axis is left out.
    mutating func slice(_ node: ONNXNode) throws {
        let input = try value(node, 0)
        func numbers(_ index: Int, _ attribute: String) throws -> [Int64]? {
            if case .integers(let numbers)? = node[attribute] { return numbers }
            guard index < node.inputs.count, !node.inputs[index].isEmpty else { return nil }
            guard let numbers = try integers(node.inputs[index]) else { throw unsupported(node, "its \(attribute) are computed") }
            return numbers
        }
        guard let starts = try numbers(1, "starts"), let ends = try numbers(2, "ends"), starts.count == ends.count else {
            throw unsupported(node, "its bounds are missing")
        }
        let axes = try numbers(3, "axes") ?? (0..<Int64(starts.count)).map { $0 }
        let steps = try numbers(4, "steps") ?? Array(repeating: 1, count: starts.count)
        guard axes.count == starts.count, steps.count == starts.count else { throw unsupported(node, "its lists have different lengths") }
        let positions = try axes.map { try axis($0, of: input, node) }
        guard Set(positions).count == positions.count else { throw unsupported(node, "an axis is named twice") }
        if positions == [1], let count = imageChannels(input) {
            return try selectRange(node, input, start: starts[0], end: ends[0], step: steps[0], count: count)
        }
        var slices: [Slicing] = []
        for index in axes.indices {
            let slice = Slicing(
                axis: positions[index], start: bounded(starts[index]), end: bounded(ends[index]),
                step: bounded(steps[index]))
            let isBatch = types[input]?.shape[slice.axis] == .batch
            if slice.start == 0, slice.step == 1, slice.end == Int(Int32.max) || isBatch && ends[index] == fixedBatch { continue }
            slices.append(slice)
        }
        guard let last = slices.popLast() else { return try rename(node) }
        var value = input
        for slice in slices { value = try step(node, "axis\(slice.axis)", .slice(slice), [value], rank: rank(input)) }
        try append(node, .slice(last), [value], rank: rank(input))
    }

    /// Exporters write "to the end" as the largest number of any width.
    private func bounded(_ number: Int64) -> Int { Int(min(max(number, -Int64(Int32.max)), Int64(Int32.max))) }

    /// Parts one after another, each a slice.
    mutating func split(_ node: ONNXNode) throws {
        let input = try value(node, 0)
        let position = try axis(integer(node, "axis", default: 0), of: input, node)
        let size = types[input]?.shape[position].fixed
        guard integer(node, "num_outputs", default: Int64(node.outputs.count)) == node.outputs.count else {
            throw unsupported(node, "it has \(node.outputs.count) outputs, and its num_outputs is a different number")
        }
        var lengths: [Int64]?
        if case .integers(let numbers)? = node["split"] { lengths = numbers }
        if node.inputs.count > 1, !node.inputs[1].isEmpty {
            guard let numbers = try integers(node.inputs[1]) else { throw unsupported(node, "its lengths are computed") }
            lengths = numbers
        }
        if lengths == nil {
            guard let size, size > 0 else {
                throw unsupported(node, "the size of its axis is not known")
            }
            // The last part may be shorter (onnx docs/Operators.md, Split).
            let each = (size + node.outputs.count - 1) / node.outputs.count
            lengths = node.outputs.indices.map { Int64(min(each, size - $0 * each)) }
        }
        guard let lengths, lengths.count == node.outputs.count, lengths.allSatisfy({ (1...Int64(Int32.max)) ~= $0 }) else {
            throw unsupported(node, "its lengths are \(lengths ?? [])")
        }
        var start: Int64 = 0
        for (index, output) in node.outputs.enumerated() {
            let end = start + lengths[index]
            guard end <= Int64(Int32.max) else { throw unsupported(node, "its lengths are \(lengths)") }
            if !output.isEmpty {
                var part = node
                part.outputs = [output]
                let slice = Slicing(axis: position, start: Int(start), end: Int(end))
                try append(part, .slice(slice), [input], rank: rank(input), named: output)
            }
            start = end
        }
        guard size.map({ Int64($0) == start }) ?? true else {
            throw unsupported(node, "its lengths are \(lengths), its axis has \(size ?? 0)")
        }
    }

    /// One index of an axis, which goes; or a run of indices.
    mutating func takeIndices(_ node: ONNXNode, _ input: String, _ position: Int, _ indices: [Int64], isScalar: Bool) throws {
        guard let first = indices.first, indices.indices.allSatisfy({ indices[$0] == first &+ Int64($0) }),
            let start = Int(exactly: first), start.magnitude < UInt(Int32.max)
        else { throw unsupported(node, "indices \(indices)") }
        // The index before the end has no index after it that is not the end.
        let (last, overflow) = start.addingReportingOverflow(indices.count)
        guard !overflow, last.magnitude < UInt(Int32.max), start >= 0 || last <= 0 else { throw unsupported(node, "indices \(indices)") }
        let slice = Slicing(axis: position, start: start, end: last == 0 ? Int(Int32.max) : last)
        guard isScalar else { return try append(node, .slice(slice), [input], rank: rank(input)) }
        guard var shape = types[input]?.shape else { throw unsupported(node, "the sizes of its input are not known") }
        let part = try step(node, "slice", .slice(slice), [input], rank: rank(input))
        shape.remove(at: position)
        try reshape(node, part, to: shape)
    }
}
