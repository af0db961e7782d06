import ConvertIR
import Kernels

/// A network laid out for one input size: positions of all values in one arena, and the loops' jobs over them.
///
/// `@unchecked Sendable`: the arena is used by one run at a time (see `IdlePlans`), whose threads write disjoint parts.
final class ExecutionPlan: @unchecked Sendable {
    /// One thing to do, in order.
    enum Step {
        case direct(ConvolutionJob)
        case winograd(ConvolutionJob)
        case window(WindowJob)
        case linear(LinearJob)
        case pixels(PixelJob)
        case zeroFrame(ImageView)
        case small(SmallJob)
        case rows(RowJob)
        case matrices(MatrixJob)

        /// For people.
        var kindName: String {
            switch self {
            case .direct: "direct"
            case .winograd: "winograd"
            case .window(let job): "\(job.kind)"
            case .linear: "linear"
            case .pixels: "pixels"
            case .zeroFrame: "frame"
            case .small: "small"
            case .rows(let job): "\(job.kind)"
            case .matrices: "matrices"
            }
        }

        /// Whether threads may do it for their own images; a large linear layer's weight is read once for all images instead.
        var isSharable: Bool {
            if case .linear(let job) = self { job.inputs * job.outputs <= Step.smallWeight } else { true }
        }

        /// The weights that it begins with, if it reads many.
        var weights: WeightAddress? {
            switch self {
            case .direct(let job): job.directWeights(0)
            case .winograd(let job): job.winogradWeights(0)
            default: nil
            }
        }

        /// Whether an image's numbers are more than the weights: then it stays in the caches better if it goes through the next steps before
        /// another image comes.
        var isPerImage: Bool {
            switch self {
            case .direct(let job): job.directWeightCount <= job.input.count + job.output.count
            case .winograd(let job): job.winogradWeightCount <= job.input.count + job.output.count
            case .linear: false
            default: true
            }
        }

        /// Numbers of a weight that stays in a core's second cache.
        private static let smallWeight = 1 << 16
    }

    /// Images that fit at once.
    let capacity: Int
    /// Images that were to fit.
    let wantedCapacity: Int
    /// Bytes of the arena and of scratch.
    let byteCount: Int
    private(set) var steps: [(name: String, step: Step)] = []
    /// The weights that are read next after each step.
    private var following: [WeightAddress?] = []
    private let arena: FloatMemory
    private let scratch: [FloatMemory]
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
        try ExecutionPlan.checkSizes(extents, borders: borders, memoryLimit: memoryLimit)
        let plan = BufferPlan(
            layers: layers.map(\.layer), input: input, extents: extents, borders: borders,
            outputs: Set(model.graph.outputs))
        let scratchCount =
            layers.filter { $0.method == .winograd }.map { kernels.winogradScratch($0.weightShape[1]) }.max() ?? 0
        let perImage = plan.arenaCount.multipliedReportingOverflow(by: 4)
        guard !perImage.overflow, perImage.partialValue <= memoryLimit else {
            throw InferenceError.tooMuchMemory(needed: perImage.partialValue, limit: memoryLimit)
        }
        // A batch that would not fit is run in parts.
        let fitting = max(1, min(capacity, memoryLimit / max(perImage.partialValue, 1)))
        guard let arena = FloatMemory(zeros: plan.arenaCount * fitting) else {
            throw InferenceError.tooMuchMemory(needed: perImage.partialValue * fitting, limit: memoryLimit)
        }
        self.arena = arena
        self.capacity = fitting
        wantedCapacity = capacity
        self.layers = layers
        scratch = try (0..<workers).map { _ in
            guard let memory = FloatMemory(zeros: scratchCount) else {
                throw InferenceError.tooMuchMemory(needed: scratchCount * 4, limit: memoryLimit)
            }
            return memory
        }
        byteCount = (plan.arenaCount * fitting + scratchCount * workers) * 4
        for (name, view) in plan.views {
            let buffer = plan.buffers[view.buffer]
            let base = arena.base + buffer.offset + buffer.border * (buffer.rowStride + buffer.pixelStride) + view.channelOffset
            places[name] = ImageView(
                base: base, height: view.extent.height, width: view.extent.width, channels: view.extent.channels,
                pixelStride: buffer.pixelStride, rowStride: buffer.rowStride, imageStride: plan.arenaCount, border: buffer.border)
        }
        for packed in layers { if let view = packed.parameter { places[packed.layer.output] = view } }
        var framed: Set<Int> = []
        func frame(_ name: String) {
            guard let view = plan.views[name], plan.buffers[view.buffer].border > 0, framed.insert(view.buffer).inserted,
                var place = places[name]
            else { return }
            place.base -= view.channelOffset
            place.channels = plan.buffers[view.buffer].pixelStride
            steps.append(("frame of \(name)", .zeroFrame(place)))
        }
        frame(input.name)
        for layer in layers {
            frame(layer.layer.output)
            if let step = try step(layer, isExact: isExact) { steps.append((layer.layer.name, step)) }
        }
        var later: WeightAddress?
        for (_, step) in steps.reversed() {
            following.append(later)
            later = step.weights ?? later
        }
        following.reverse()
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
    private static func checkSizes(_ extents: [String: ValueExtent], borders: [String: Int], memoryLimit: Int) throws(InferenceError) {
        let frame = 2 * (borders.values.max() ?? 0)
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
        for packed in layers {
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

    private func step(_ packed: PackedLayer, isExact: Bool) throws -> Step? {
        let layer = packed.layer
        if layer.isParameter { return nil }
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

    // MARK: Running

    /// Does every step for the first `images` images of the arena. Enough images are shared out: each thread takes its own through step after
    /// step, so that none waits for another after each layer. Fewer are worked on by all threads together.
    func run(images: Int, kernels: KernelTable, workers: Workers, after: ((_ name: String) -> Void)? = nil) {
        guard after == nil, workers.count > 1, ExecutionPlan.isShared(images, workers: workers.count) else {
            let stages = steps.map { stage($0.step, images: images, kernels: kernels, workers: workers.count) }
            guard let after else { return workers.forEach(stages) }
            for (index, stage) in stages.enumerated() {
                workers.forEach([stage])
                after(steps[index].name)
            }
            return
        }
        var next = 0
        while next < steps.count {
            let end = steps[next...].firstIndex { !$0.step.isSharable } ?? steps.count
            if end == next {
                workers.forEach([stage(steps[next].step, images: images, kernels: kernels, workers: workers.count)])
                next += 1
                continue
            }
            let range = next..<end
            workers.forEach(workers.count) { share, worker in
                let own = share * images / workers.count..<(share + 1) * images / workers.count
                for part in self.parts(of: range) {
                    let atOnce = self.steps[part.lowerBound].step.isPerImage ? 1 : own.count
                    for first in stride(from: own.lowerBound, to: own.upperBound, by: atOnce) {
                        for index in part {
                            self.runShare(index, images: first..<first + atOnce, kernels: kernels, scratch: self.scratch[worker])
                        }
                    }
                }
            }
            next = end
        }
    }

    /// Stretches of steps that are done image by image, or for all images of a thread.
    private func parts(of range: Range<Int>) -> [Range<Int>] {
        var parts: [Range<Int>] = []
        for index in range {
            if let last = parts.last, steps[index].step.isPerImage == steps[last.lowerBound].step.isPerImage {
                parts[parts.count - 1] = last.lowerBound..<index + 1
            } else {
                parts.append(index..<index + 1)
            }
        }
        return parts
    }

    /// Whether this number of images is shared out: if no thread would be idle for long.
    private static func isShared(_ images: Int, workers: Int) -> Bool {
        images >= workers && (images.isMultiple(of: workers) || images >= 4 * workers)
    }

    /// One step for some of the images, on the thread that calls.
    private func runShare(_ index: Int, images: Range<Int>, kernels: KernelTable, scratch: FloatMemory) {
        let following = following[index]
        switch steps[index].step {
        case .direct(var job):
            job.images = images.upperBound
            let perImage = job.output.height * job.output.width
            let step = Division.pixelsAtOnce(job, of: images.count * perImage)
            for pixels in Division.parts(images, of: perImage, step: step) {
                let isLast = pixels.upperBound == images.upperBound * perImage
                kernels.direct(job.followed(by: isLast ? following : job.directWeights(0)), pixels, 0..<job.outputBlocks)
            }
        case .winograd(var job):
            job.images = images.upperBound
            let (perImage, step) = (job.tileRows * job.tileColumns, kernels.winogradTiles(job.input.channels))
            for tiles in Division.parts(images, of: perImage, step: step) {
                let isLast = tiles.upperBound == images.upperBound * perImage
                kernels.winograd(
                    job.followed(by: isLast ? following : job.winogradWeights(0)), tiles, 0..<job.outputBlocks, scratch.base)
            }
        case .window(var job):
            job.images = images.upperBound
            kernels.window(job, images.lowerBound * job.output.height..<images.upperBound * job.output.height)
        case .pixels(var job):
            job.images = images.upperBound
            kernels.pixels(job, images.lowerBound * job.output.height..<images.upperBound * job.output.height)
        case .zeroFrame(let view): for image in images { view.zeroFrame(image: image) }
        case .small(let job): for image in images { job.run(image: image) }
        case .rows(let job): kernels.rows(job, images.lowerBound * job.output.height..<images.upperBound * job.output.height)
        case .matrices(let job): kernels.matrices(job, images.lowerBound * job.count..<images.upperBound * job.count)
        case .linear(var job):
            job.input += images.lowerBound * job.inputStride
            job.output += images.lowerBound * job.outputStride
            job.images = images.count
            kernels.linear(job, 0..<job.outputs)
        }
    }

    /// A step for the first `images` images, shared out among threads.
    private func stage(_ step: Step, images: Int, kernels: KernelTable, workers: Int) -> Stage {
        switch step {
        case .direct(var job):
            job.images = images
            let (ready, step) = (job, Division.pixelsAtOnce(job, of: job.outputPixels))
            let parts = Division(work: job.outputPixels, step: step, blocks: job.outputBlocks, workers: workers)
            return Stage(items: parts.count, weights: { ready.directWeights(parts[$0].1.lowerBound) }) { item, _, following in
                let (pixels, blocks) = parts[item]
                kernels.direct(ready.followed(by: following), pixels, blocks)
            }
        case .winograd(var job):
            job.images = images
            let (ready, step) = (job, kernels.winogradTiles(job.input.channels))
            let parts = Division(work: images * job.tileRows * job.tileColumns, step: step, blocks: job.outputBlocks, workers: workers)
            return Stage(items: parts.count, weights: { ready.winogradWeights(parts[$0].1.lowerBound) }) {
                [scratch] item, worker, following in
                let (range, blocks) = parts[item]
                kernels.winograd(ready.followed(by: following), range, blocks, scratch[worker].base)
            }
        case .window(var job):
            job.images = images
            let ready = job
            let parts = Division(work: images * job.output.height, step: 4, blocks: 1, workers: workers)
            return Stage(items: parts.count) { item, _, _ in kernels.window(ready, parts[item].0) }
        case .linear(var job):
            job.images = images
            let ready = job
            let parts = Division(work: job.outputs, step: 16, blocks: 1, workers: workers)
            return Stage(items: parts.count) { item, _, _ in kernels.linear(ready, parts[item].0) }
        case .pixels(var job):
            job.images = images
            let ready = job
            let parts = Division(work: images * job.output.height, step: 8, blocks: 1, workers: workers)
            return Stage(items: parts.count) { item, _, _ in kernels.pixels(ready, parts[item].0) }
        case .zeroFrame(let view): return Stage(items: images) { image, _, _ in view.zeroFrame(image: image) }
        case .small(let job): return Stage(items: images) { image, _, _ in job.run(image: image) }
        case .rows(let job):
            let parts = Division(work: images * job.output.height, step: 8, blocks: 1, workers: workers)
            return Stage(items: parts.count) { item, _, _ in kernels.rows(job, parts[item].0) }
        case .matrices(let job): return Stage(items: images * job.count) { item, _, _ in kernels.matrices(job, item..<item + 1) }
        }
    }
}
