import ConvertIR
import ConvertTensors

/// torch's exporters compute the target of a reshape from the shape of a value; here that arithmetic is followed on symbols.
extension ONNXGraphReader {
    /// Takes constants and nodes that only compute shapes; false for any other node.
    mutating func takeShapeArithmetic(_ node: ONNXNode) throws -> Bool {
        guard let output = node.outputs.first else { throw unsupported(node, "it has no output") }
        func items(_ index: Int) -> [ShapeItem]? { index < node.inputs.count ? shapes[resolve(node.inputs[index])] : nil }
        switch node.operatorName {
        case "Constant":
            try takeConstant(node, output)
            return true
        case "Shape":
            let all: [ShapeItem]
            if let given = items(0) {
                all = [.size(Int64(given.count))]
            } else if let tensor = node.inputs.first.flatMap({ stored(resolve($0)) }) {
                all = tensor.shape.map { .size(Int64($0)) }
            } else {
                let input = try value(node, 0)
                all = (0..<rank(input)).map { axis in
                    guard let size = types[input]?.shape[axis] else { return .axis(axis) }
                    return size.fixed.map { .size(Int64($0)) } ?? .axis(size == .batch ? 0 : axis == 0 ? -1 : axis)
                }
            }
            let start = bound(integer(node, "start", default: 0), all.count)
            let end = bound(integer(node, "end", default: Int64(all.count)), all.count)
            shapes[output] = start < end ? Array(all[start..<end]) : []
            return true
        case "Gather":
            guard let given = items(0), let places = try node.inputs.count > 1 ? integers(node.inputs[1]) : nil else { return false }
            guard constant(resolve(node.inputs[1]))?.shape.count ?? 1 <= 1 else { throw unsupported(node, "its indices have several axes") }
            let chosen = places.map { $0 < 0 ? Int($0) + given.count : Int($0) }
            guard chosen.allSatisfy({ given.indices.contains($0) }) else { throw unsupported(node, "an index outside the shape") }
            shapes[output] = chosen.map { given[$0] }
            return true
        case "Slice":
            guard let given = items(0), node.inputs.count >= 3, let starts = try integers(node.inputs[1]),
                let ends = try integers(node.inputs[2]), starts.count == 1, ends.count == 1
            else { return false }
            let axes = try node.inputs.count > 3 && !node.inputs[3].isEmpty ? integers(node.inputs[3]) : [0]
            let steps = try node.inputs.count > 4 && !node.inputs[4].isEmpty ? integers(node.inputs[4]) : [1]
            guard axes == [0] || axes == [-1], steps == [1] else { throw unsupported(node, "only sizes one after another are taken") }
            let (start, end) = (bound(starts[0], given.count), bound(ends[0], given.count))
            shapes[output] = start < end ? Array(given[start..<end]) : []
            return true
        case "Unsqueeze", "Squeeze", "Cast":
            // One number and a vector of one number are the same here.
            var given = items(0)
            if given == nil, node.operatorName != "Cast", let name = node.inputs.first {
                given = try integers(name)?.map { .size($0) }
            }
            guard let given else { return false }
            // A size as a factor, such as the root of the number of features.
            let isFloat = ONNXDType.dtype(Int32(truncatingIfNeeded: integer(node, "to", default: 0)))?.isFloatingPoint == true
            if node.operatorName == "Cast", isFloat {
                let sizes = given.compactMap { if case .size(let size) = $0 { Float(size) } else { nil } }
                guard sizes.count == given.count, sizes.count == 1 else { return false }
                constants[output] = try ONNXGraphReader.constant(sizes, [], .float32)
                return true
            }
            if node.inputs.count > 1 { _ = try integers(node.inputs[1]) }
            shapes[output] = given
            return true
        case "Add", "Sub", "Mul", "Div":
            guard let sizes = try arithmetic(node) else { return false }
            shapes[output] = sizes
            return true
        case "ConstantOfShape":
            guard let first = node.inputs.first, let counts = try integers(first), counts.count == 1, (0...64) ~= counts[0] else {
                return false
            }
            let fill = try constants[output].map { try $0.dtype == .int64 ? $0.cOrderBytes().integer(at: 0, as: Int64.self) : nil }
            guard let number = fill ?? nil else { return false }
            constants[output] = nil
            shapes[output] = Array(repeating: .size(number), count: Int(counts[0]))
            return true
        case "Equal":
            guard let (left, right) = try pair(node, 0, 1) else { return false }
            // The batch is a size, and no size is negative.
            let isKnown = zip(left, right).allSatisfy { one, other in
                if case .size = one, case .size = other { return true }
                return [one, other].contains { if case .size(let size) = $0 { size < 0 } else { false } }
            }
            guard isKnown else { return false }
            shapes[output] = zip(left, right).map { .size($0 == $1 ? 1 : 0) }
            return true
        case "Where":
            guard let conditions = items(0), let (left, right) = try pair(node, 1, 2), conditions.count == left.count else { return false }
            shapes[output] = conditions.indices.map { conditions[$0] == .size(0) ? right[$0] : left[$0] }
            return true
        case "Expand":
            guard let given = items(0), node.inputs.count == 2, let sizes = try integers(node.inputs[1]), sizes.count == 1,
                sizes[0] == 1 || sizes[0] == Int64(given.count)
            else { return false }
            shapes[output] = given
            return true
        case "Reshape":
            guard let first = node.inputs.first, let given = try items(0) ?? integers(first)?.map({ ShapeItem.size($0) }),
                node.inputs.count == 2, let sizes = try integers(node.inputs[1]), sizes == [-1] || sizes == [Int64(given.count)]
            else { return false }
            shapes[output] = given
            return true
        case "Concat":
            var joined: [ShapeItem] = []
            var isShape = false
            for index in node.inputs.indices {
                if let given = items(index) {
                    joined += given
                    isShape = true
                } else if let numbers = try integers(node.inputs[index]) {
                    joined += numbers.map { .size($0) }
                } else {
                    return false
                }
            }
            guard isShape || !joined.isEmpty else { return false }
            shapes[output] = joined
            return true
        default: return false
        }
    }

    /// Two lists of sizes of equal length, or of which one is a single size; nil if one of them is anything else, or if both are stored.
    private mutating func pair(_ node: ONNXNode, _ first: Int, _ second: Int) throws -> ([ShapeItem], [ShapeItem])? {
        guard max(first, second) < node.inputs.count else { return nil }
        let names = [first, second].map { resolve(node.inputs[$0]) }
        guard names.contains(where: { shapes[$0] != nil }) else { return nil }
        var lists: [[ShapeItem]] = []
        for name in names {
            guard let items = try shapes[name] ?? integers(name)?.map({ .size($0) }) else { return nil }
            lists.append(items)
        }
        let count = max(lists[0].count, lists[1].count)
        for index in 0..<2 where lists[index].count == 1 { lists[index] = Array(repeating: lists[index][0], count: count) }
        return lists[0].count == lists[1].count ? (lists[0], lists[1]) : nil
    }

    /// Sums, differences, products and quotients of known sizes; one that is not known stays only if nothing changes it.
    private mutating func arithmetic(_ node: ONNXNode) throws -> [ShapeItem]? {
        guard node.inputs.count == 2, let (left, right) = try pair(node, 0, 1) else { return nil }
        return try zip(left, right).map { one, other in
            if case .size(let a) = one, case .size(let b) = other {
                let result: (partialValue: Int64, overflow: Bool) =
                    switch node.operatorName {
                    case "Add": a.addingReportingOverflow(b)
                    case "Sub": a.subtractingReportingOverflow(b)
                    case "Mul": a.multipliedReportingOverflow(by: b)
                    default: a.dividedReportingOverflow(by: b)
                    }
                guard !result.overflow else { throw unsupported(node, "sizes \(a) and \(b)") }
                return .size(result.partialValue)
            }
            let neutral: ShapeItem = .size(["Add", "Sub"].contains(node.operatorName) ? 0 : 1)
            guard other == neutral else { throw unsupported(node, "arithmetic with a size that is known only when it runs") }
            return one
        }
    }

    private func bound(_ index: Int64, _ count: Int) -> Int {
        Int(max(0, min(index < 0 ? index.addingReportingOverflow(Int64(count)).partialValue : index, Int64(count))))
    }

    private mutating func takeConstant(_ node: ONNXNode, _ output: String) throws {
        for (name, value) in node.attributes {
            switch (name, value) {
            case ("value", .tensor):
                // Its bytes were found, and its tensor made, before the nodes were read.
                guard constants[output] != nil else { throw unsupported(node, "its tensor could not be read") }
            case ("value_float", .float(let number)): constants[output] = try ONNXGraphReader.constant([number], [], .float32)
            case ("value_floats", .floats(let numbers)):
                constants[output] = try ONNXGraphReader.constant(numbers, [numbers.count], .float32)
            case ("value_int", .integer(let number)): constants[output] = try ONNXGraphReader.constant([number], [], .int64)
            case ("value_ints", .integers(let numbers)): constants[output] = try ONNXGraphReader.constant(numbers, [numbers.count], .int64)
            default: throw unsupported(node, "the attribute \(name) is not supported")
            }
        }
    }

    private static func constant<Number>(_ numbers: [Number], _ shape: [Int], _ dtype: DType) throws -> Tensor {
        let bytes = numbers.withUnsafeBytes { Array($0) }
        return try Tensor(dtype: dtype, shape: shape, storage: Storage(name: "constant", bytes: .init(copying: bytes, name: "constant")))
    }
}
