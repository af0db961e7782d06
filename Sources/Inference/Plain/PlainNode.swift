import ConvertIR
import ConvertTensors

/// One node with the numbers that it reads, in float64. Each operation's definition is an extension of it, in the file named after the
/// operation: this is what the fast executor is checked against, and is not meant to be fast.
struct PlainNode {
    let node: Node
    let inputs: [PlainTensor]
    let model: Model
    /// Images of the batch.
    let images: Int

    /// The first input, or the only one.
    var x: PlainTensor { inputs[0] }

    func weight(_ key: String) throws -> PlainTensor {
        guard let tensor = model.weights[key] else { throw GraphError.missingWeight(node: node.name, role: "weight", key: key) }
        return PlainTensor(shape: tensor.shape, values: try tensor.doubles())
    }

    func vector(_ key: String) throws -> [Double] { try weight(key).values }

    /// Sizes of the output, by the rule of shape inference applied to this very input.
    func outputShape() throws -> [Int] {
        let input = ValueType(x.shape.map { .fixed($0) })
        let graph = Graph(
            inputs: [.init(name: "x", type: input)],
            nodes: [Node(name: node.name, operation: node.operation, inputs: ["x"], output: "y")], outputs: ["y"])
        let shape = try graph.valueTypes(weights: model.weights)["y"]?.shape.compactMap(\.fixed) ?? []
        guard !shape.isEmpty else { throw GraphError.noOutput }
        return shape
    }

    /// Height and width of an image that the node gives.
    func outputSize() throws -> (height: Int, width: Int) {
        let shape = try outputShape()
        guard shape.count == 4 else { throw GraphError.noOutput }
        return (shape[2], shape[3])
    }

    /// A function of each number and its channel.
    func byChannel(_ function: (Double, Int) -> Double) -> PlainTensor {
        let inner = x.shape.dropFirst(2).reduce(1, *)
        return PlainTensor(
            shape: x.shape, values: x.values.indices.map { function(x.values[$0], $0 / inner % x.shape[1]) })
    }

    /// Applies a function to each vector along an axis.
    func alongAxis(_ axis: Int, _ function: ([Double]) -> [Double]) -> PlainTensor {
        var result = x
        let inner = x.shape[(axis + 1)...].reduce(1, *)
        let size = x.shape[axis]
        for start in 0..<(size == 0 ? 0 : x.values.count / size) {
            let first = start / inner * size * inner + start % inner
            let indices = (0..<size).map { first + $0 * inner }
            for (index, value) in zip(indices, function(indices.map { x.values[$0] })) { result.values[index] = value }
        }
        return result
    }
}
