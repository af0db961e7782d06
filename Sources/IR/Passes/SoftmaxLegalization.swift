extension Graph {
    /// Softmax moved to the last axis, with permutations around it, for targets whose softmax works only there (ONNX before opset 13
    /// takes the sum over all axes from the given one on).
    package func withSoftmaxOnLastAxis(types: [String: ValueType]) -> Graph {
        var result: [Node] = []
        for node in nodes {
            guard case .softmax(let axis) = node.operation, let input = node.inputs.first, let rank = types[input]?.shape.count,
                axis != rank - 1
            else {
                result.append(node)
                continue
            }
            var forth = Array(0..<rank)
            forth.remove(at: axis)
            forth.append(axis)
            var back = Array(0..<rank - 1)
            back.insert(rank - 1, at: axis)
            let (moved, normal) = ("\(node.name).last", "\(node.name).softmax")
            result.append(Node(name: moved, operation: .permute(forth), inputs: [input], output: moved))
            result.append(Node(name: normal, operation: .softmax(axis: rank - 1), inputs: [moved], output: normal))
            result.append(Node(name: node.name, operation: .permute(back), inputs: [normal], output: node.output))
        }
        return Graph(inputs: inputs, nodes: result, outputs: outputs)
    }

    /// The reverse: a softmax between two permutations that cancel each other is a softmax along a different axis.
    package func withSoftmaxUnwrapped() -> Graph {
        var readers: [String: Int] = [:]
        for input in nodes.flatMap(\.inputs) + outputs { readers[input, default: 0] += 1 }
        var result = nodes
        var index = 0
        while index + 2 < result.count {
            defer { index += 1 }
            let (first, middle, last) = (result[index], result[index + 1], result[index + 2])
            guard case .permute(let forth) = first.operation, case .softmax(let axis) = middle.operation,
                case .permute(let back) = last.operation, middle.inputs == [first.output], last.inputs == [middle.output],
                readers[first.output] == 1, readers[middle.output] == 1, back.count == forth.count, forth.indices.contains(axis),
                back.indices.allSatisfy({ forth.indices.contains(back[$0]) && forth[back[$0]] == $0 })
            else { continue }
            let node = Node(name: last.name, operation: .softmax(axis: forth[axis]), inputs: first.inputs, output: last.output)
            result.replaceSubrange(index...index + 2, with: [node])
        }
        return Graph(inputs: inputs, nodes: result, outputs: outputs)
    }
}
