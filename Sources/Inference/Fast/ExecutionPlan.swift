import ConvertIR
import Kernels

/// A step in a plan.
struct PlannedStep {
    /// The layer's name.
    let name: String
    /// See `LayerLevels`.
    let level: Int
    let step: ExecutionStep
    /// The weights that are read next after its own.
    var following: WeightAddress?
}

/// A network laid out for one input size: positions of all values in one arena, and the loops' jobs over them.
///
/// `@unchecked Sendable`: the arena is used by one run at a time (see `IdlePlans`), whose threads write disjoint parts.
final class ExecutionPlan: @unchecked Sendable {
    /// Images that fit at once.
    let capacity: Int
    /// Images that were to fit.
    let wantedCapacity: Int
    /// Bytes of the arena and of scratch.
    let byteCount: Int
    private(set) var steps: [PlannedStep] = []
    /// The stages of the last run that all threads did together, and its number of images.
    var walk: (images: Int, stages: StageWalk)?
    private let arena: FloatMemory
    /// One for each thread.
    let scratch: [FloatMemory]
    private let layers: [PackedLayer]
    private var places: [String: ImageView] = [:]
    private let layouts: [String: ValueLayout]
    private let leavesOutPadding: Bool

    /// Lays out `layers` for input of this extent. Throws if memory does not suffice.
    ///
    /// - Parameter leavesOutPadding: whether convolutions may leave out products with padding, which weights must be finite for.
    init(
        _ layers: [PackedLayer], orders: AxisOrders, model: Model, input: (name: String, extent: ValueExtent), types: [String: ValueType],
        capacity: Int, workers: Int, kernels: KernelTable, isExact: Bool, leavesOutPadding: Bool, memoryLimit: Int
    ) throws {
        self.leavesOutPadding = leavesOutPadding
        layouts = ExecutionPlan.layouts(layers, orders, types: types)
        let extents = layouts.mapValues(\.extent)
        try ExecutionPlan.checkSums(layers, extents)
        let borders = ExecutionPlan.borders(layers)
        try ExecutionPlan.checkSizes(extents, layers, borders: borders, memoryLimit: memoryLimit)
        let plan = BufferPlan(
            layers: layers.map(\.layer), input: input, extents: extents, borders: borders,
            outputs: Set(model.graph.outputs))
        let pairing = PairPlanning(layouts: layouts, kernels: kernels, isExact: isExact, leavesOutPadding: leavesOutPadding)
        let scratchCount = try layers.map { try pairing.scratchCount($0) }.max() ?? 0
        let perImage = plan.arenaCount.multipliedReportingOverflow(by: 4)
        let scratchBytes = scratchCount.multipliedReportingOverflow(by: 4 * workers)
        let least = perImage.partialValue.addingReportingOverflow(scratchBytes.partialValue)
        let isTooLarge = perImage.overflow || scratchBytes.overflow || least.overflow
        guard !isTooLarge, least.partialValue <= memoryLimit else {
            throw InferenceError.tooMuchMemory(needed: isTooLarge ? .max : least.partialValue, limit: memoryLimit)
        }
        // A batch that would not fit is run in parts.
        let fitting = max(1, min(capacity, (memoryLimit - scratchBytes.partialValue) / max(perImage.partialValue, 1)))
        byteCount = perImage.partialValue * fitting + scratchBytes.partialValue
        guard let arena = FloatMemory(zeros: plan.arenaCount * fitting) else {
            throw InferenceError.tooMuchMemory(needed: byteCount, limit: memoryLimit)
        }
        scratch = try [Int](repeating: scratchCount, count: workers).map { count in
            guard let memory = FloatMemory(zeros: count) else {
                throw InferenceError.tooMuchMemory(needed: least.partialValue, limit: memoryLimit)
            }
            return memory
        }
        self.arena = arena
        self.capacity = fitting
        wantedCapacity = capacity
        self.layers = layers
        for (name, view) in plan.views {
            let buffer = plan.buffers[view.buffer]
            let base = arena.base + buffer.offset + buffer.border * (buffer.rowStride + buffer.pixelStride) + view.channelOffset
            places[name] = ImageView(
                base: base, height: view.extent.height, width: view.extent.width, channels: view.extent.channels,
                pixelStride: buffer.pixelStride, rowStride: buffer.rowStride, imageStride: plan.arenaCount, border: buffer.border)
        }
        for packed in layers { if let view = packed.parameter { places[packed.layer.output] = view } }
        var framed: Set<Int> = []
        func frame(_ name: String, level: Int) {
            guard let view = plan.views[name], plan.buffers[view.buffer].border > 0, framed.insert(view.buffer).inserted,
                var place = places[name]
            else { return }
            place.base -= view.channelOffset
            place.channels = plan.buffers[view.buffer].pixelStride
            steps.append(PlannedStep(name: "frame of \(name)", level: level, step: .zeroFrame(place)))
        }
        frame(input.name, level: -1)
        for (layer, level) in zip(layers, LayerLevels.levels(of: layers.map(\.layer))) {
            frame(layer.layer.output, level: level)
            if let step = try step(layer, pairing) { steps.append(PlannedStep(name: layer.layer.name, level: level, step: step)) }
        }
        var later: WeightAddress?
        for index in steps.indices.reversed() {
            steps[index].following = later
            later = steps[index].step.weights ?? later
        }
    }

    /// The memory of a value, and its axes.
    func place(_ name: String) -> PlannedValue? {
        guard let view = places[name], let layout = layouts[name] else { return nil }
        return PlannedValue(view: view, layout: layout)
    }

    private static func layouts(_ layers: [PackedLayer], _ orders: AxisOrders, types: [String: ValueType]) -> [String: ValueLayout] {
        var layouts: [String: ValueLayout] = [:]
        for (name, order) in orders.orders {
            if let type = types[orders.sources[name] ?? name] { layouts[name] = ValueLayout(type, order) }
        }
        for layer in layers.map(\.layer) {
            if let name = layer.summand, let type = types[name], let order = orders.orders[layer.output] {
                layouts[name] = ValueLayout(type, order)
            }
        }
        return layouts
    }

    /// Sizes come from files and arguments: none may be so large that arithmetic on offsets overflows.
    private static func checkSizes(
        _ extents: [String: ValueExtent], _ layers: [PackedLayer], borders: [String: Int], memoryLimit: Int
    ) throws(InferenceError) {
        let frame = 2 * (borders.values.max() ?? 0)
        let empty = extents.filter { min($0.value.channels, $0.value.height, $0.value.width) < 1 }
        // The first one is why others have none.
        let first = layers.map(\.layer.output).first { empty[$0] != nil }
        if let name = first ?? empty.keys.min() { throw .noNumbers(value: name) }
        for extent in extents.values {
            var bytes = 4
            for size in [extent.channels, extent.height, extent.width] {
                let (room, tooWide) = size.addingReportingOverflow(max(frame, laneCount))
                let (product, tooMany) = bytes.multipliedReportingOverflow(by: room)
                guard !tooWide, !tooMany else { throw .tooMuchMemory(needed: .max, limit: memoryLimit) }
                bytes = product
            }
            // A vector has room to spare in this reckoning, so that only what is far past the limit is refused here.
            guard bytes / 4096 <= memoryLimit else { throw .tooMuchMemory(needed: bytes, limit: memoryLimit) }
        }
    }

    /// A sum inside a layer is of values of one size. Sizes that follow from the input may turn out to be 1, which would have to be repeated.
    private static func checkSums(_ layers: [PackedLayer], _ extents: [String: ValueExtent]) throws(InferenceError) {
        for layer in layers.map(\.layer) {
            guard let residual = layer.residual, let summand = layer.summand, extents[residual] != extents[summand] else { continue }
            throw .unsupported(node: layer.name, operation: "add", detail: "for this input, its operands have different sizes")
        }
    }

    /// Zero pixels that direct convolutions read around their inputs.
    private static func borders(_ layers: [PackedLayer]) -> [String: Int] {
        var borders: [String: Int] = [:]
        for packed in layers.flatMap(\.all) {
            guard case .convolution(let layer) = packed.layer.kind, packed.method == .direct else { continue }
            let padding = max(max(layer.padding.top, layer.padding.left), max(layer.padding.bottom, layer.padding.right))
            borders[packed.layer.input] = max(borders[packed.layer.input] ?? 0, padding)
        }
        return borders
    }

    private func value(_ name: String, _ layer: FusedLayer) throws(InferenceError) -> PlannedValue {
        guard let value = place(name) else { throw layer.unsupported("the sizes of \(name) are not known") }
        return value
    }

    private func step(_ packed: PackedLayer, _ pairing: PairPlanning) throws -> ExecutionStep? {
        let layer = packed.layer
        if layer.isParameter { return nil }
        if let first = packed.precedingConvolution.first { return .pair(try pairing.job(first, packed) { try value($0, layer) }) }
        let isExact = pairing.isExact
        let (source, target) = (try value(layer.input, layer), try value(layer.output, layer))
        let planned = PlannedLayer(
            packed: packed, input: source.view, output: target.view, residual: try layer.residual.map { try value($0, layer).view },
            other: try layer.combination.map { try value($0.other, layer).view }, sources: try layer.inputs.map { try value($0, layer) },
            target: target)
        try planned.checkOrders()
        switch layer.kind {
        case .convolution(let convolution):
            return planned.convolution(convolution, isExact: isExact, leavesOutPadding: leavesOutPadding)
        case .linear: return planned.linear()
        case .pool(let pooling, let isMaximum): return planned.pool(pooling, isMaximum: isMaximum)
        case .globalAveragePool: return planned.globalAveragePool()
        case .pixels: return planned.pixels()
        case .globalMaxPool: return planned.globalMaxPool()
        case .adaptiveAveragePool(let size): return planned.adaptiveAveragePool(size)
        case .tokenLinear: return planned.tokenLinear(isExact: isExact)
        case .matrixProduct: return try planned.matrixProduct(isExact: isExact)
        case .layerNormalization(let normalization): return try planned.layerNormalization(normalization)
        case .reduce(let reduction, let axes): return try planned.reduce(reduction, axes: axes)
        case .concatenate(let axis, _): return try planned.concatenate(axis: axis)
        case .flatten: return planned.flatten()
        case .reshape: return planned.reshape()
        case .permute(let axes): return try planned.permute(axes)
        case .slice(let slice): return try planned.slice(slice)
        case .pad(let padding, let value): return try planned.pad(padding, value: value)
        case .reorder: return planned.reorder()
        case .parameter: return nil
        case .selectChannels(let channels): return planned.small(.selectChannels(channels))
        case .softmax(let axis): return try planned.softmax(axis: axis)
        case .l2Normalize(let axis, let epsilon): return try planned.l2Normalize(axis: axis, epsilon: epsilon)
        }
    }
}
