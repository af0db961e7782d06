import IR
import Tensors

/// One step of the fast executor: an operation with everything that is done to its result before it is stored.
struct FusedLayer {
    enum Kind {
        case convolution(Convolution)
        case linear(Linear)
        case pool(Pooling, isMaximum: Bool)
        case globalAveragePool
        /// Scale, shift, addition and activation alone.
        case pixels
        case concatenate
        case flatten
        case permute([Int])
        case selectChannels([Int])
        case softmax
        case l2Normalize(epsilon: Double)
    }

    enum Activation {
        case none
        case relu
        case prelu(key: String)
    }

    /// The last node inside.
    var name: String
    var kind: Kind
    var input: String
    /// Further inputs of a concatenation.
    var otherInputs: [String] = []
    var output: String
    /// Added before the activation.
    var residual: String?
    var activation = Activation.none
    /// Factor and term of each output channel, applied to the operation's result; a number alone stands for all channels.
    var scale: [Double]?
    var shift: [Double]?
    /// The same for the input, inside the image only: a batch normalization before zero padding.
    var inputScale: [Double]?
    var inputShift: [Double]?

    /// All values that it reads.
    var inputs: [String] { [input] + otherInputs + (residual.map { [$0] } ?? []) }

    /// Whether something may still be done to its result before it is stored.
    var takesMore: Bool {
        switch kind {
        case .convolution, .linear, .pixels: true
        default: false
        }
    }

    /// Whether another value may be added to its result before it is stored: the loop of linear layers has no place for one.
    var takesResidual: Bool { if case .linear = kind { false } else { isAffine } }

    /// Whether scale and shift may still change.
    var isAffine: Bool {
        guard takesMore, residual == nil else { return false }
        if case .none = activation { return true }
        return false
    }
}

/// Fuses a graph's nodes into layers: batch normalization, constants, addition and activation go into the operation before them.
struct LayerFusion {
    private let model: Model
    private var layers: [FusedLayer] = []
    private var producers: [String: Int] = [:]
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

    private mutating func append(_ layer: FusedLayer) {
        producers[layer.output] = layers.count
        layers.append(layer)
    }

    /// The layer that gives a value which nobody else reads.
    private func soleProducer(of value: String) -> Int? { readers[value] == 1 ? producers[value] : nil }

    private mutating func extend(_ index: Int, _ node: Node, _ change: (inout FusedLayer) -> Void) {
        change(&layers[index])
        layers[index].name = node.name
        layers[index].output = node.output
        producers[node.output] = index
    }

    private func numbers(_ key: String) throws -> [Double] { try model.weights[key].map { try $0.doubles() } ?? [] }

    private mutating func take(_ node: Node) throws {
        let input = node.inputs[0]
        func unsupported(_ detail: String) -> InferenceError {
            .unsupported(node: node.name, operation: node.operation.name, detail: detail)
        }
        func plain(_ kind: FusedLayer.Kind) -> FusedLayer { FusedLayer(name: node.name, kind: kind, input: input, output: node.output) }
        switch node.operation {
        case .convolution(let layer): append(plain(.convolution(layer)))
        case .linear(let layer): append(plain(.linear(layer)))
        case .batchNormalization(let layer):
            let (scale, bias) = (try numbers(layer.scale), try numbers(layer.bias))
            let (mean, variance) = (try numbers(layer.mean), try numbers(layer.variance))
            let factors = scale.indices.map { scale[$0] / (variance[$0] + Double(layer.epsilon)).squareRoot() }
            affine(node, factors, scale.indices.map { bias[$0] - mean[$0] * factors[$0] })
        case .multiply(let constant): affine(node, constant.values, [0])
        case .divide(let constant): affine(node, constant.values.map { 1 / $0 }, [0])
        case .subtract(let constant): affine(node, [1], constant.values.map { -$0 })
        case .selectChannels(let channels): append(plain(.selectChannels(channels)))
        case .relu: activate(node, .relu)
        case .prelu(let slope): activate(node, .prelu(key: slope))
        case .add: add(node)
        case .concatenate(let axis):
            guard axis == 1 else { throw unsupported("only along the channels") }
            var layer = plain(.concatenate)
            layer.otherInputs = Array(node.inputs.dropFirst())
            append(layer)
        case .maxPool(let pooling): append(plain(.pool(pooling, isMaximum: true)))
        case .averagePool(let pooling): append(plain(.pool(pooling, isMaximum: false)))
        case .globalAveragePool: append(plain(.globalAveragePool))
        case .flatten: append(plain(.flatten))
        case .permute(let axes):
            guard axes.count == 4, axes[0] == 0 else { throw unsupported("only of an image's three axes") }
            append(plain(.permute(axes)))
        case .softmax(let axis):
            guard axis == 1 else { throw unsupported("only along the channels") }
            append(plain(.softmax))
        case .l2Normalize(let axis, let epsilon):
            guard axis == 1 else { throw unsupported("only along the channels") }
            append(plain(.l2Normalize(epsilon: epsilon)))
        case .convertToFloat: append(plain(.pixels))
        }
    }

    /// x · factor + term: joins what is done to the producer's result, or becomes a layer of its own.
    private mutating func affine(_ node: Node, _ factors: [Double], _ terms: [Double]) {
        guard let index = soleProducer(of: node.inputs[0]), layers[index].isAffine else {
            var layer = FusedLayer(name: node.name, kind: .pixels, input: node.inputs[0], output: node.output)
            let count = max(factors.count, terms.count)
            layer.scale = factors.count == count ? factors : Array(repeating: factors[0], count: count)
            layer.shift = terms.count == count ? terms : Array(repeating: terms[0], count: count)
            return append(layer)
        }
        let (scale, shift) = (layers[index].scale ?? [1], layers[index].shift ?? [0])
        let count = max(factors.count, terms.count, scale.count, shift.count)
        func at(_ numbers: [Double], _ channel: Int) -> Double { numbers[numbers.count == 1 ? 0 : channel] }
        extend(index, node) { layer in
            layer.scale = (0..<count).map { at(scale, $0) * at(factors, $0) }
            layer.shift = (0..<count).map { at(shift, $0) * at(factors, $0) + at(terms, $0) }
        }
    }

    private mutating func activate(_ node: Node, _ activation: FusedLayer.Activation) {
        if let index = soleProducer(of: node.inputs[0]), layers[index].takesMore, case .none = layers[index].activation {
            return extend(index, node) { $0.activation = activation }
        }
        var layer = FusedLayer(name: node.name, kind: .pixels, input: node.inputs[0], output: node.output)
        layer.activation = activation
        append(layer)
    }

    /// The later of the two operands' layers adds the other one, which is there by then.
    private mutating func add(_ node: Node) {
        let operands = node.inputs
        let candidates = [(0, 1), (1, 0)].compactMap { own, other -> (index: Int, other: String)? in
            guard let index = soleProducer(of: operands[own]), layers[index].takesResidual, operands[own] != operands[other],
                (producers[operands[other]] ?? -1) < index
            else { return nil }
            return (index, operands[other])
        }
        if let chosen = candidates.max(by: { $0.index < $1.index }) {
            return extend(chosen.index, node) { $0.residual = chosen.other }
        }
        var layer = FusedLayer(name: node.name, kind: .pixels, input: operands[0], output: node.output)
        layer.residual = operands[1]
        append(layer)
    }
}
