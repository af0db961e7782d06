import ConvertIR

/// torch's exporter turns the pads of its `pad` round as a table of two columns: before and after each axis, the last axis first.
extension ONNXGraphReader {
    /// Takes a node that makes a table of whole numbers, moves its rows and columns, or makes a list of it again; false for any other node.
    mutating func takeTable(_ node: ONNXNode) throws -> Bool {
        guard let first = node.inputs.first.map(resolve), let output = node.outputs.first else { return false }
        switch node.operatorName {
        case "Reshape":
            guard node.inputs.count == 2, let sizes = try integers(node.inputs[1]) else { return false }
            if let table = tables[first] {
                guard sizes == [-1] else { return false }
                shapes[output] = table.flatMap(\.self)
                return true
            }
            guard sizes.count == 2, sizes[1] == 2, let items = try shapes[first] ?? integers(first)?.map({ .size($0) }),
                items.count.isMultiple(of: 2), sizes[0] == -1 || Int64(items.count / 2) == sizes[0]
            else { return false }
            tables[output] = stride(from: 0, to: items.count, by: 2).map { [items[$0], items[$0 + 1]] }
            return true
        case "Slice":
            guard let table = tables[first], node.inputs.count == 5 else { return false }
            let numbers = try (1...4).map { try integers(node.inputs[$0]) }
            guard let start = numbers[0]?.first, let end = numbers[1]?.first, numbers[2] == [0], let step = numbers[3]?.first, step != 0
            else {
                return false
            }
            func bounded(_ number: Int64) -> Int { Int(min(max(number, -Int64(Int32.max)), Int64(Int32.max))) }
            let slice = Slicing(axis: 0, start: bounded(start), end: bounded(end), step: bounded(step))
            let (from, count) = slice.range(table.count)
            tables[output] = (0..<count).map { table[from + $0 * slice.step] }
            return true
        case "Transpose":
            guard let table = tables[first], let columns = table.first?.count else { return false }
            tables[output] = (0..<columns).map { column in table.map { $0[column] } }
            return true
        default: return false
        }
    }
}
