import ConvertIR

extension ONNXWriting {
    static func selectChannels(_ channels: [Int]) -> [ONNXWriting] {
        [
            ONNXWriting { node, names in
                let indices = names.constant("\(node.name).channels", .integers(channels.map { Int64($0) }))
                return [indices, names.node(node, "Gather", indices.outputs, [("axis", .integer(1))])]
            }
        ]
    }
}

extension ONNXGraphReader {
    static let selectChannelsReadings: [String: ONNXReading] = [
        "Gather": ONNXReading { reader, node in try reader.gather(node) }
    ]

    /// Channels by number; of other values, one index of an axis or a run of them.
    mutating func gather(_ node: ONNXNode) throws {
        let input = try value(node, 0)
        guard node.inputs.count == 2, let indices = try integers(node.inputs[1]) else {
            throw unsupported(node, "its indices are computed")
        }
        let position = try axis(integer(node, "axis", default: 0), of: input, node)
        let axes = constant(resolve(node.inputs[1]))?.shape.count
        guard axes ?? 1 <= 1 else { throw unsupported(node, "its indices have \(axes ?? 0) axes") }
        let isScalar = axes == 0
        guard position == 1, !isScalar, let count = imageChannels(input) else {
            return try takeIndices(node, input, position, indices, isScalar: isScalar)
        }
        let channels = indices.map { $0 < 0 ? Int($0) + count : Int($0) }
        guard !channels.isEmpty, channels.allSatisfy({ (0..<count) ~= $0 }) else {
            throw unsupported(node, "channels \(indices) of \(count)")
        }
        try append(node, .selectChannels(channels), [input], rank: rank(input))
    }

    /// Channels by a range, such as all of them backwards.
    mutating func selectRange(_ node: ONNXNode, _ input: String, start: Int64, end: Int64, step number: Int64, count: Int) throws {
        let step = Int(clamping: number)
        guard step != 0, step.magnitude <= count.magnitude else { throw unsupported(node, "steps of \(step)") }
        // onnx docs/Operators.md, Slice: negative bounds count from the end, and both are clamped to what is there.
        func bound(_ number: Int64, _ range: ClosedRange<Int>) -> Int {
            // A negative number and a count cannot overflow.
            let position = number < 0 ? number + Int64(count) : number
            return min(max(Int(clamping: position), range.lowerBound), range.upperBound)
        }
        let range = step > 0 ? 0...count : -1...count - 1
        let channels = Array(stride(from: bound(start, range), to: bound(end, range), by: step)).filter { (0..<count) ~= $0 }
        guard !channels.isEmpty else { throw unsupported(node, "no channel is left") }
        try append(node, .selectChannels(channels), [input], rank: rank(input))
    }

    /// Channels of a value to which only pixelwise steps lead from the input; nil for any other.
    func imageChannels(_ value: String) -> Int? {
        var value = value
        var isMoved = false
        for _ in 0...nodes.count {
            if let shape = imageShapes[value] { return shape.count == 4 ? shape[isMoved ? 3 : 1].fixed : nil }
            guard let position = producers[value] else { return nil }
            switch nodes[position].operation {
            case .convertToFloat, .subtract, .multiply, .divide: break
            case .permute([0, 3, 1, 2]): isMoved = true
            case .selectChannels(let channels): return channels.count
            default: return nil
            }
            value = nodes[position].inputs.first ?? ""
        }
        return nil
    }
}
