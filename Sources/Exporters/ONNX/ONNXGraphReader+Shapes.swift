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
            if let tensor = node.inputs.first.flatMap({ stored(resolve($0)) }) {
                all = tensor.shape.map { .size(Int64($0)) }
            } else {
                let input = try value(node, 0)
                all = (0..<rank(input)).map { .axis($0) }
            }
            let start = bound(integer(node, "start", default: 0), all.count)
            let end = bound(integer(node, "end", default: Int64(all.count)), all.count)
            shapes[output] = start < end ? Array(all[start..<end]) : []
            return true
        case "Gather":
            guard let given = items(0), let places = try node.inputs.count > 1 ? integers(node.inputs[1]) : nil else { return false }
            let chosen = places.map { $0 < 0 ? Int($0) + given.count : Int($0) }
            guard chosen.allSatisfy({ given.indices.contains($0) }) else { throw unsupported(node, "an index outside the shape") }
            shapes[output] = chosen.map { given[$0] }
            return true
        case "Slice":
            guard let given = items(0), node.inputs.count >= 3, let starts = try integers(node.inputs[1]),
                let ends = try integers(node.inputs[2]), starts.count == 1, ends.count == 1
            else { return false }
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
            if node.inputs.count > 1 { _ = try integers(node.inputs[1]) }
            shapes[output] = given
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
