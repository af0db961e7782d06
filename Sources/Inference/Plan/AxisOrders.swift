import ConvertIR

/// Gives every value the order of axes that its layers want, and adds copies if they want different ones.
struct AxisOrders {
    /// Layers with the copies among them.
    private(set) var layers: [FusedLayer] = []
    /// The order of each value.
    private(set) var orders: [String: AxisOrder] = [:]
    private let ranks: [String: Int]
    /// What the first layer that insists on an order wants a value in.
    private var wanted: [String: AxisOrder] = [:]
    /// Stored tensors: they take the order of the first layer that reads them.
    private var parameters: Set<String> = []
    private var copies: [String: String] = [:]
    /// The values that copies are of.
    private(set) var sources: [String: String] = [:]

    /// - Parameter input: the network's input, which is always an image or a vector.
    init(_ layers: [FusedLayer], input: String, types: [String: ValueType]) {
        ranks = types.mapValues(\.shape.count)
        orders[input] = .image
        for layer in layers {
            guard let order = required(layer) else { continue }
            for name in layer.inputs where wanted[name] == nil { wanted[name] = order }
        }
        for layer in layers { take(layer) }
        for name in parameters where orders[name] == nil { orders[name] = .rows }
    }

    private mutating func take(_ layer: FusedLayer) {
        var layer = layer
        if case .parameter = layer.kind {
            parameters.insert(layer.output)
            orders[layer.output] = wanted[layer.output]
            layers.append(layer)
            return
        }
        let order = required(layer) ?? shared(layer)
        if let order {
            for name in layer.inputs { arrange(name, order, for: &layer) }
        } else {
            for name in layer.inputs where orders[name] == nil { orders[name] = .rows }
        }
        orders[layer.output] = isVector(layer.output) ? .image : order ?? chosen(layer)
        if case .concatenate(let axis, _) = layer.kind, orders[layer.output] == .image, axis == 1,
            layer.inputs.allSatisfy({ orders[$0] == .image && !parameters.contains($0) })
        {
            layer.kind = .concatenate(axis: axis, joinsChannels: true)
        }
        layers.append(layer)
    }

    private func isVector(_ name: String) -> Bool { (ranks[name] ?? 2) <= 2 }

    /// The order that a layer needs all its values in; nil if it reads any.
    private func required(_ layer: FusedLayer) -> AxisOrder? {
        switch layer.kind {
        case .convolution, .pool, .globalAveragePool, .globalMaxPool, .selectChannels, .adaptiveAveragePool: .image
        case .tokenLinear, .matrixProduct: .rows
        case .layerNormalization(let normalization): normalization.axes == 1 ? .rows : nil
        case .softmax(let axis), .l2Normalize(let axis, _):
            isVector(layer.input) ? .image : axis == (ranks[layer.input] ?? 0) - 1 ? .rows : nil
        case .pixels: layer.isPerChannel ? .image : nil
        case .linear, .concatenate, .flatten, .permute, .reshape, .slice, .pad, .reduce, .parameter, .reorder: nil
        }
    }

    /// The order that a layer which works number by number goes on in.
    private func shared(_ layer: FusedLayer) -> AxisOrder? {
        guard case .pixels = layer.kind else { return nil }
        return layer.inputs.first { orders[$0] != nil && !isVector($0) }.flatMap { orders[$0] } ?? wanted[layer.output]
            ?? (isVector(layer.output) ? .image : .rows)
    }

    /// The order of what a layer gives that can give either.
    private func chosen(_ layer: FusedLayer) -> AxisOrder {
        let rank = ranks[layer.output] ?? 2
        if let order = wanted[layer.output], order == .rows || rank <= 4 { return order }
        return rank == 4 && ranks[layer.input] == 4 ? orders[layer.input] ?? .image : .rows
    }

    /// Has a layer read a value in this order, from a copy if need be.
    private mutating func arrange(_ name: String, _ order: AxisOrder, for layer: inout FusedLayer) {
        if orders[name] == nil { orders[name] = order }
        var isFramed = false
        if case .convolution = layer.kind { isFramed = parameters.contains(name) }
        guard (orders[name] != order && !isVector(name)) || isFramed else { return }
        if let copy = copies[name] { return layer.rename(name, copy) }
        var copy = "\(name).\(order)"
        while ranks[copy] != nil || sources[copy] != nil { copy += "_" }
        (copies[name], sources[copy], orders[copy]) = (copy, name, order)
        layers.append(FusedLayer(name: layer.name, kind: .reorder, input: name, output: copy))
        layer.rename(name, copy)
    }
}
