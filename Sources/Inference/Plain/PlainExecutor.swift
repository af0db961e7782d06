import Glibc
import IR
import Tensors

func exponential(_ value: Double) -> Double { exp(value) }

/// Runs a graph in float64 as its operations are defined: the truth that the fast executor is tested against.
public struct PlainExecutor: Sendable {
    private let model: Model

    /// An executor for a model.
    public init(_ model: Model) { self.model = model }

    /// The outputs for images × channels × height × width, in the graph's order.
    public func run(_ input: PlainTensor) throws -> [(name: String, tensor: PlainTensor)] {
        let values = try run(input, keeping: Set(model.graph.outputs))
        return try model.graph.outputs.map { name in
            guard let tensor = values[name] else { throw GraphError.missingOutput(name: name) }
            return (name, tensor)
        }
    }

    /// The values of these names, outputs or not: what a comparison layer by layer needs.
    public func run(_ input: PlainTensor, keeping names: Set<String>) throws -> [String: PlainTensor] {
        guard model.graph.inputs.count == 1, let first = model.graph.inputs.first else {
            throw InferenceError.severalInputs(names: model.graph.inputs.map(\.name))
        }
        try InputCheck.check(input.shape, against: first.type)
        var values = [first.name: input]
        var kept: [String: PlainTensor] = [:]
        if names.contains(first.name) { kept[first.name] = input }
        var lastUse: [String: Int] = [:]
        for (index, node) in model.graph.nodes.enumerated() { for name in node.inputs { lastUse[name] = index } }
        for (index, node) in model.graph.nodes.enumerated() {
            let inputs = try node.inputs.map { name in
                guard let value = values[name] else { throw GraphError.unknownValue(name: name, node: node.name) }
                return value
            }
            let result = try compute(node, inputs)
            values[node.output] = result
            if names.contains(node.output) { kept[node.output] = result }
            for name in node.inputs where lastUse[name] == index { values[name] = nil }
        }
        return kept
    }

    private func weight(_ key: String, _ node: Node) throws -> PlainTensor {
        guard let tensor = model.weights[key] else { throw GraphError.missingWeight(node: node.name, role: "weight", key: key) }
        return PlainTensor(shape: tensor.shape, values: try tensor.doubles())
    }

    private func compute(_ node: Node, _ inputs: [PlainTensor]) throws -> PlainTensor {
        let x = inputs[0]
        func vector(_ key: String) throws -> [Double] { try weight(key, node).values }
        switch node.operation {
        case .convolution(let layer):
            return PlainOperations.convolution(x, weight: try weight(layer.weight, node), bias: try layer.bias.map(vector), layer)
        case .batchNormalization(let layer):
            return PlainOperations.batchNormalization(
                x, scale: try vector(layer.scale), bias: try vector(layer.bias), mean: try vector(layer.mean),
                variance: try vector(layer.variance), epsilon: Double(layer.epsilon))
        case .prelu(let slope): return PlainOperations.prelu(x, slope: try vector(slope))
        case .relu: return PlainTensor(shape: x.shape, values: x.values.map { max($0, 0) })
        case .add: return PlainTensor(shape: x.shape, values: zip(x.values, inputs[1].values).map { $0 + $1 })
        case .multiply(let constant): return PlainOperations.byChannel(x, constant) { $0 * $1 }
        case .divide(let constant): return PlainOperations.byChannel(x, constant) { $0 / $1 }
        case .subtract(let constant): return PlainOperations.byChannel(x, constant) { $0 - $1 }
        case .selectChannels(let channels): return PlainOperations.selectChannels(x, channels)
        case .concatenate(let axis): return PlainOperations.concatenate(inputs, axis: axis)
        case .maxPool(let pooling): return try pool(x, pooling, node, isMaximum: true)
        case .averagePool(let pooling): return try pool(x, pooling, node, isMaximum: false)
        case .globalAveragePool: return PlainOperations.globalAveragePool(x)
        case .linear(let layer):
            return PlainOperations.linear(x, weight: try weight(layer.weight, node), bias: try layer.bias.map(vector))
        case .flatten: return PlainTensor(shape: [x.shape[0], x.shape.dropFirst().reduce(1, *)], values: x.values)
        case .permute(let axes): return PlainOperations.permute(x, axes)
        case .softmax(let axis): return PlainOperations.softmax(x, axis: axis)
        case .l2Normalize(let axis, let epsilon): return PlainOperations.l2Normalize(x, axis: axis, epsilon: Double(epsilon))
        case .convertToFloat: return x
        }
    }

    private func pool(_ x: PlainTensor, _ pooling: Pooling, _ node: Node, isMaximum: Bool) throws -> PlainTensor {
        // The sizes follow the rule of shape inference, run on the very input.
        let input = ValueType(x.shape.map { .fixed($0) })
        let graph = Graph(
            inputs: [.init(name: "x", type: input)],
            nodes: [Node(name: node.name, operation: node.operation, inputs: ["x"], output: "y")], outputs: ["y"])
        guard let shape = try graph.valueTypes(weights: model.weights)["y"]?.shape, let height = shape[2].fixed, let width = shape[3].fixed
        else { throw GraphError.noOutput }
        return PlainOperations.pool(x, pooling, height: height, width: width, isMaximum: isMaximum)
    }
}

/// Holds an input's sizes against what the graph takes.
enum InputCheck {
    static func check(_ shape: [Int], against type: ValueType) throws(InferenceError) {
        let fits =
            shape.count == type.shape.count && !shape.isEmpty
            && zip(shape, type.shape).allSatisfy { size, dimension in
                size > 0 && (dimension.fixed.map { $0 == size } ?? true)
            }
        guard fits else { throw .wrongShape(expected: "\(type)", found: shape) }
    }
}
