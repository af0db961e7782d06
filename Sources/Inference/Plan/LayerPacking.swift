import ConvertIR
import ConvertTensors
import Kernels

/// Packs a network's layers once.
enum LayerPacking {
    /// - Parameter orders: the order of every value's axes, and copies among the layers.
    static func pack(_ orders: AxisOrders, model: Model, isExact: Bool, workers: Workers) throws -> [PackedLayer] {
        var packed: [PackedLayer] = []
        for layer in LayerLevels.sorted(fuseInputs(orders.layers, model: model, isExact: isExact)) {
            packed.append(try prepare(layer, orders: orders, model: model, isExact: isExact))
        }
        var work: [@Sendable () -> Void] = []
        var store = WeightStore()
        for index in packed.indices { work += try fill(&packed[index], orders: orders, model: model, store: &store) }
        let parts = work
        workers.forEach(parts.count) { item, _ in parts[item]() }
        return ConvolutionPairing.pairs(packed, outputs: Set(model.graph.outputs))
    }

    static func method(_ layer: FusedLayer, model: Model, isExact: Bool) -> ConvolutionMethod? {
        guard case .convolution(let convolution) = layer.kind, let shape = model.weights[convolution.weight]?.shape else { return nil }
        // Of images in any size the smallest may be too small for tiles, so the plain way is taken for all.
        let extent = model.valueTypes[layer.output].flatMap { ValueExtent($0) }
        let isExact = isExact || extent == nil
        return FusedLayer.method(convolution, weightShape: shape, output: extent, isExact: isExact)
    }

    /// A scale and shift before a Winograd convolution goes into its input transform, which knows the zeros of the padding.
    private static func fuseInputs(_ layers: [FusedLayer], model: Model, isExact: Bool) -> [FusedLayer] {
        var readers: [String: Int] = [:]
        for name in layers.flatMap(\.inputs) + model.graph.outputs { readers[name, default: 0] += 1 }
        var result: [FusedLayer] = []
        var places: [String: Int] = [:]
        for var layer in layers {
            if method(layer, model: model, isExact: isExact) == .winograd, readers[layer.input] == 1, let place = places[layer.input],
                case .pixels = result[place].kind, result[place].isAffine,
                let scale = result[place].scale, let shift = result[place].shift
            {
                layer.inputScale = scale
                layer.inputShift = shift
                layer.input = result[place].input
                result[place].output = ""
            }
            places[layer.output] = result.count
            result.append(layer)
        }
        return result.filter { !$0.output.isEmpty }
    }

    static func memory(_ count: Int) throws(InferenceError) -> FloatMemory {
        guard let memory = FloatMemory(zeros: count) else { throw .noMemoryForWeights(bytes: 4 * count) }
        return memory
    }

    /// Numbers, one per channel, padded to blocks of 16; one number stands for all channels.
    private static func vector(_ numbers: [Double], channels: Int) throws -> FloatMemory {
        let memory = try memory((channels + blockChannels - 1) / blockChannels * blockChannels)
        for channel in 0..<channels { memory.base[channel] = Float(numbers[numbers.count == 1 ? 0 : channel]) }
        return memory
    }

    /// How many channels the result has: the size of axis 1, or of the last axis.
    private static func channels(_ layer: FusedLayer, orders: AxisOrders, model: Model) throws(InferenceError) -> Int {
        switch layer.kind {
        case .convolution(let convolution): if let shape = model.weights[convolution.weight]?.shape { return shape[0] }
        case .linear(let linear), .tokenLinear(let linear): if let shape = model.weights[linear.weight]?.shape { return shape[0] }
        case .pixels: break
        // Nothing is done to each channel.
        default: return 1
        }
        let shape = model.valueTypes[layer.output]?.shape ?? []
        let size = orders.orders[layer.output] == .rows ? shape.last : shape.count > 1 ? shape[1] : nil
        guard let channels = size?.fixed else { throw layer.unsupported("its channels are not known") }
        return channels
    }

    private static func prepare(_ layer: FusedLayer, orders: AxisOrders, model: Model, isExact: Bool) throws -> PackedLayer {
        var packed = PackedLayer(layer: layer)
        let channels = try channels(layer, orders: orders, model: model)
        var bias = layer.shift ?? [0]
        var ownBias: String?
        switch layer.kind {
        case .convolution(let convolution):
            packed.method = method(layer, model: model, isExact: isExact) ?? .direct
            packed.weightShape = model.weights[convolution.weight]?.shape ?? []
            ownBias = convolution.bias
        case .tokenLinear(let linear):
            packed.weightShape = model.weights[linear.weight]?.shape ?? []
            ownBias = linear.bias
        case .layerNormalization(let normalization):
            func numbers(_ key: String?) throws -> FloatMemory? {
                let numbers = try key.flatMap { try model.weights[$0]?.doubles() }
                return try numbers.map { try vector($0, channels: $0.count) }
            }
            (packed.scale, packed.bias) = (try numbers(normalization.scale), try numbers(normalization.bias))
            return packed
        case .linear(let linear):
            packed.weightShape = model.weights[linear.weight]?.shape ?? []
            ownBias = linear.bias
            if let scale = layer.scale { packed.scale = try vector(scale, channels: channels) }
        case .pixels:
            if let scale = layer.scale { packed.scale = try vector(scale, channels: channels) }
        default: return packed
        }
        if let ownBias, let numbers = try model.weights[ownBias]?.doubles() {
            let scale = layer.scale ?? [1]
            bias = numbers.indices.map { index in
                numbers[index] * scale[scale.count == 1 ? 0 : index] + bias[bias.count == 1 ? 0 : index]
            }
        }
        // −0 becomes 0: added to a sum of −0, which some tiles have as 0, it must not show the difference.
        packed.bias = try vector(bias.map { Double(Float($0)) + 0 }, channels: channels)
        if case .prelu(let key) = layer.activation, let slopes = try model.weights[key]?.doubles() {
            packed.slopes = try vector(slopes, channels: channels)
        }
        if case .leakyReLU(let slope) = layer.activation { packed.slopes = try vector([slope], channels: channels) }
        if let scale = layer.inputScale, let shift = layer.inputShift, packed.weightShape.count == 4 {
            packed.inputScale = try vector(scale, channels: packed.weightShape[1])
            packed.inputShift = try vector(shift, channels: packed.weightShape[1])
        }
        return packed
    }

    /// Allocates a layer's packed weights and gives the work that fills them, in parts.
    private static func fill(
        _ packed: inout PackedLayer, orders: AxisOrders, model: Model, store: inout WeightStore
    ) throws -> [@Sendable () -> Void] {
        switch packed.layer.kind {
        case .linear(let linear):
            if let tensor = model.weights[linear.weight] { packed.lentWeights = try FloatReading(tensor) }
            return []
        case .convolution(let convolution): return try fill(&packed, convolution, model: model, store: &store)
        case .tokenLinear(let linear): return try fill(&packed, tokens: linear, model: model, store: &store)
        case .parameter(let key):
            try fill(&packed, parameter: key, order: orders.orders[packed.layer.output] ?? .rows, model: model)
            return []
        default: return []
        }
    }
}
