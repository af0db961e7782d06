import ConvertIR
import ConvertTensors
import Kernels

/// Fuses a graph's nodes into layers: batch normalization, constants, addition and activation go into the operation before them.
struct LayerFusion {
    private let model: Model
    var layers: [FusedLayer] = []
    private(set) var producers: [String: Int] = [:]
    private var readers: [String: Int] = [:]

    /// The layers in order.
    static func layers(of model: Model) throws -> [FusedLayer] {
        var fusion = LayerFusion(model)
        for node in model.graph.nodes { try fusion.take(node) }
        return fusion.layers
    }

    private init(_ model: Model) {
        self.model = model
        for value in model.graph.nodes.flatMap(\.inputs) + model.graph.outputs { readers[value, default: 0] += 1 }
    }

    /// A layer of its own that does what the node does.
    mutating func append(_ node: Node, _ kind: FusedLayer.Kind, _ change: (inout FusedLayer) -> Void = { _ in }) {
        var layer = FusedLayer(name: node.name, kind: kind, input: node.inputs.first ?? "", output: node.output)
        change(&layer)
        producers[layer.output] = layers.count
        layers.append(layer)
    }

    /// The layer that gives a value which nobody else reads.
    func soleProducer(of value: String) -> Int? { readers[value] == 1 ? producers[value] : nil }

    mutating func extend(_ index: Int, _ node: Node, _ change: (inout FusedLayer) -> Void) {
        change(&layers[index])
        layers[index].name = node.name
        layers[index].output = node.output
        producers[node.output] = index
    }

    /// How many axes a value has.
    func rank(_ value: String) -> Int { model.valueTypes[value]?.shape.count ?? 2 }

    func numbers(_ key: String) throws -> [Double] { try model.weights[key].map { try $0.doubles() } ?? [] }

    func unsupported(_ node: Node, _ detail: String) -> InferenceError {
        .unsupported(node: node.name, operation: node.operation.name, detail: detail)
    }

    /// x · factor + term: joins what is done to the producer's result, or becomes a layer of its own.
    mutating func affine(_ node: Node, _ factors: [Double], _ terms: [Double]) {
        let isPerChannel = max(factors.count, terms.count) > 1
        guard let index = soleProducer(of: node.inputs[0]), layers[index].isAffine, !(isPerChannel && layers[index].isAlongLastAxis) else {
            let count = max(factors.count, terms.count)
            return append(node, .pixels) { layer in
                layer.scale = factors.count == count ? factors : Array(repeating: factors[0], count: count)
                layer.shift = terms.count == count ? terms : Array(repeating: terms[0], count: count)
            }
        }
        let (scale, shift) = (layers[index].scale ?? [1], layers[index].shift ?? [0])
        let count = max(factors.count, terms.count, scale.count, shift.count)
        func at(_ numbers: [Double], _ channel: Int) -> Double { numbers[numbers.count == 1 ? 0 : channel] }
        extend(index, node) { layer in
            layer.scale = (0..<count).map { at(scale, $0) * at(factors, $0) }
            layer.shift = (0..<count).map { at(shift, $0) * at(factors, $0) + at(terms, $0) }
        }
    }

    mutating func activate(_ node: Node, _ activation: FusedLayer.Activation) {
        if let index = soleProducer(of: node.inputs[0]), layers[index].takes(activation) {
            return extend(index, node) { $0.activation = activation }
        }
        append(node, .pixels) { $0.activation = activation }
    }

    /// Two values number by number, in a layer of its own.
    mutating func combine(_ node: Node, _ combination: Combination) {
        append(node, .pixels) { $0.combination = (combination, node.inputs[1]) }
    }

    /// Whether two values have the same shape, as far as it is known before the network runs.
    func haveEqualShapes(_ values: [String]) -> Bool { model.valueTypes[values[0]]?.shape == model.valueTypes[values[1]]?.shape }
}
