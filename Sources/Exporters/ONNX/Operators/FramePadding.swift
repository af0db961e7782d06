import ConvertIR

extension ONNXWriting {
    /// Pads for every axis, first all before, then all after it.
    static func pad(_ padding: Padding2D, value: Double) -> [ONNXWriting] {
        [
            ONNXWriting { node, names in
                let none = [Int64](repeating: 0, count: max(names.rank(node.inputs.first) - 2, 0))
                let sides = none + [Int64(padding.top), Int64(padding.left)] + none + [Int64(padding.bottom), Int64(padding.right)]
                let pads = names.constant("\(node.name).pads", .integers(sides))
                let number = names.constant("\(node.name).value", .float(Float(value)))
                return [pads, number, names.node(node, "Pad", pads.outputs + number.outputs, [("mode", .string("constant"))])]
            }
        ]
    }
}

extension ONNXGraphReader {
    static let padReadings: [String: ONNXReading] = [
        "Pad": ONNXReading(inputs: 1...4, attributes: ["mode", "pads", "value"]) { reader, node in try reader.pad(node) }
    ]

    mutating func pad(_ node: ONNXNode) throws {
        let input = try value(node, 0)
        let rank = rank(input)
        if case .string(let mode)? = node["mode"], mode != "constant" { throw unsupported(node, "mode \(mode)") }
        var pads: [Int64]?
        if case .integers(let numbers)? = node["pads"] { pads = numbers }
        if node.inputs.count > 1, !node.inputs[1].isEmpty { pads = try integers(node.inputs[1]) }
        var axes = Array(0..<rank)
        if node.inputs.count > 3, !node.inputs[3].isEmpty {
            guard let numbers = try integers(node.inputs[3]) else { throw unsupported(node, "its axes are computed") }
            axes = try numbers.map { try axis($0, of: input, node) }
        }
        guard let pads, pads.count == 2 * axes.count, pads.allSatisfy({ (0...1 << 24) ~= $0 }), Set(axes).count == axes.count else {
            throw unsupported(node, "its pads are missing, negative or computed")
        }
        var number = float(node, "value", default: 0)
        if node.inputs.count > 2, !node.inputs[2].isEmpty {
            guard let stored = try self.number(node.inputs[2]) else { throw unsupported(node, "its value is computed") }
            number = stored
        }
        var (before, after) = ([Int](repeating: 0, count: rank), [Int](repeating: 0, count: rank))
        for (index, axis) in axes.enumerated() { (before[axis], after[axis]) = (Int(pads[index]), Int(pads[axes.count + index])) }
        if pads.allSatisfy({ $0 == 0 }) { return try rename(node) }
        guard rank >= 3, (before.dropLast(2) + after.dropLast(2)).allSatisfy({ $0 == 0 }) else {
            throw unsupported(node, "only rows and columns, the last two axes")
        }
        let padding = Padding2D(top: before[rank - 2], left: before[rank - 1], bottom: after[rank - 2], right: after[rank - 1])
        try append(node, .pad(padding, value: number), [input], rank: rank)
    }
}
