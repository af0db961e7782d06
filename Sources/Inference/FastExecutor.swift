import ConvertFiles
import ConvertIR
import ConvertTensors
import Kernels
import Synchronization

/// Runs a model in float32 on all cores: layers fused, weights packed once, values in one arena, loops for this processor.
///
/// Results depend neither on the number of threads nor on the batch that an image is in: each layer's method follows from the layer alone,
/// and every sum has one order. Several runs may go on at once: they share the weights, and each has an arena of its own.
public final class FastExecutor: Sendable {
    /// How a model is run.
    public struct Options: Sendable {
        /// Threads; nil for one per core.
        public var threads: Int?
        /// Direct convolution with short partial sums instead of Winograd: slower, and nearer to float64.
        public var isExact = false
        /// The loops; nil for the fastest that this processor can run.
        package var loops: Loops?
        /// Runs although weights hold NaN or infinities.
        package var allowsNotFinite = false
        /// Images that are worked on together; a larger batch is run in parts of this size.
        public var imagesAtOnce = 8
        /// Bytes of working memory that are kept for later runs over inputs of other sizes; what is in use at once is not bounded by it.
        package var idleMemoryLimit = 512 << 20
        /// Bytes of working memory that may be taken.
        package var memoryLimit = min(4 << 30, MemoryBudget.bytes / 2)

        /// The defaults.
        package init() {}
    }

    /// The model.
    package let model: Model
    private let layers: [PackedLayer]
    private let orders: AxisOrders
    private let options: Options
    private let workers: Workers
    private let kernels: KernelTable
    private let idle: Mutex<IdlePlans>

    /// Fuses and packs. Throws if an operation cannot be run, if weights are not finite or if the processor cannot run the loops.
    package init(_ model: Model, options: Options = Options()) throws {
        self.model = model
        self.options = options
        idle = Mutex(IdlePlans(byteLimit: options.idleMemoryLimit))
        workers = Workers(count: options.threads)
        guard let kernels = options.loops.map(\.kernels) ?? Kernels.best else {
            throw InferenceError.noSuchInstructions(loops: options.loops?.rawValue ?? "")
        }
        self.kernels = kernels
        // Before anything is packed, which takes memory for every channel.
        for type in model.valueTypes.values {
            let count = type.shape.dropFirst().reduce((partialValue: 4, overflow: false)) { product, size in
                let next = product.partialValue.multipliedReportingOverflow(by: size.fixed ?? 1)
                return (next.partialValue, product.overflow || next.overflow)
            }
            guard !count.overflow, count.partialValue <= options.memoryLimit else {
                throw InferenceError.tooMuchMemory(needed: count.overflow ? .max : count.partialValue, limit: options.memoryLimit)
            }
        }
        let fused = try LayerFusion.layers(of: model)
        orders = AxisOrders(fused, input: model.graph.inputs.first?.name ?? "", types: model.valueTypes)
        layers = try LayerPacking.pack(orders, model: model, isExact: options.isExact, workers: workers)
        if !options.allowsNotFinite { try checkWeights() }
    }

    /// Changes whenever numbers could come out differently. What was kept or begun with another number must not be joined with new numbers.
    package static let arithmetic = 2

    /// What the loops were compiled for.
    package var kernelName: String { kernels.name }
    /// The loops that run on this processor if nothing else is asked for.
    package static var bestKernelName: String { Kernels.best.name }
    /// What loops were compiled for; nil means the fastest. Loops that the processor lacks have the name of their kind.
    package static func kernelName(of loops: Loops?) -> String { loops.map { $0.kernels?.name ?? $0.rawValue } ?? Kernels.best.name }

    /// The packed weights are checked, not the tensors again; if they are not finite, the tensor is named.
    private func checkWeights() throws {
        for packed in layers.flatMap(\.all) {
            let memories = [packed.weights, packed.bias, packed.scale, packed.slopes, packed.inputScale, packed.inputShift]
            let isFinite = memories.allSatisfy { memory in
                memory.map { FastExecutor.isFinite($0.base, $0.count) } ?? true
            }
            let lentIsFinite =
                packed.lentWeights.map {
                    FastExecutor.isFinite($0.base, packed.weightShape.reduce(1, *))
                } ?? true
            if isFinite, lentIsFinite { continue }
            for entry in model.weights.entries where entry.tensor.dtype.isFloatingPoint {
                if let found = try TensorStatistics(of: entry.tensor), found.nanCount + found.infinityCount > 0 {
                    throw InferenceError.notFinite(tensor: entry.name, nanCount: found.nanCount, infinityCount: found.infinityCount)
                }
            }
            throw InferenceError.notFinite(tensor: packed.layer.name, nanCount: 0, infinityCount: 1)
        }
    }

    /// Whether all are finite: a NaN or an infinity times zero is a NaN, which no sum loses.
    private static func isFinite(_ numbers: UnsafePointer<Float>, _ count: Int) -> Bool {
        var sum = SIMD8<Float>.zero
        var index = 0
        let raw = UnsafeRawPointer(numbers)
        while index + 8 <= count {
            sum += raw.loadUnaligned(fromByteOffset: index * 4, as: SIMD8<Float>.self) * 0
            index += 8
        }
        var total = sum.sum()
        while index < count {
            total += numbers[index] * 0
            index += 1
        }
        return total == 0
    }

    /// The outputs for images × channels × height × width, in the graph's order. Throws `InferenceError` for an input that does not fit.
    package func run(_ input: Batch) throws -> [NamedBatch] {
        let extent = try inputExtent(input.shape)
        let size = input.imageSize
        return try input.values.withUnsafeBufferPointer { numbers in
            guard let base = numbers.baseAddress else { return try run(extent, images: input.imageCount) { _, _ in } }
            let source = SourcePointer(base: base)
            return try run(extent, images: input.imageCount) { image, target in
                target.view.load(source.base + image * size, image: target.image)
            }
        }
    }

    /// The outputs for images that are written straight into the network's memory, so that no array of them is needed first.
    /// - Parameters:
    ///   - channels: planes of each image, at most three.
    ///   - height: rows of each image; `width`, its columns.
    ///   - fill: is called once for each image, on any thread, and writes every pixel of it.
    package func run(
        images: Int, channels: Int = 3, height: Int, width: Int, fill: @escaping @Sendable (_ image: Int, _ target: InputPixels) -> Void
    ) throws -> [NamedBatch] {
        let extent = try inputExtent([images, channels, height, width])
        return try run(extent, images: images, fill: fill)
    }

    private func run(
        _ extent: ValueExtent, images: Int, fill: @escaping @Sendable (_ image: Int, _ target: InputPixels) -> Void
    ) throws -> [NamedBatch] {
        let plan = try plan(for: extent, images: images)
        defer { idle.withLock { $0.giveBack(plan, extent) } }
        var results: [NamedBatch] = try model.graph.outputs.map { name in
            guard let place = plan.place(name) else { throw GraphError.missingOutput(name: name) }
            guard place.layout.batchAxis == 0 else {
                let node = model.graph.nodes.first { $0.output == name }
                throw InferenceError.unsupported(
                    node: node?.name ?? name, operation: node?.operation.name ?? "input",
                    detail: "the first axis of the output \(name) is not the batch")
            }
            let shape = [images] + place.sizes
            return NamedBatch(name: name, batch: Batch(unchecked: shape, [Float](repeating: 0, count: shape.reduce(1, *))))
        }
        guard let entry = plan.place(model.graph.inputs[0].name)?.view else { return results }
        var first = 0
        while first < images {
            let (count, start) = (min(plan.capacity, images - first), first)
            workers.forEach(count) { image, _ in fill(start + image, InputPixels(view: entry, image: image)) }
            plan.run(images: count, kernels: kernels, workers: workers)
            for index in results.indices {
                guard let place = plan.place(results[index].name) else { continue }
                let each = results[index].batch.imageSize
                results[index].batch.values.withUnsafeMutableBufferPointer { numbers in
                    guard let base = numbers.baseAddress else { return }
                    let target = TargetPointer(base: base + start * each)
                    workers.forEach(count) { image, _ in place.store(to: target.base + image * each, image: image) }
                }
            }
            first += count
        }
        return results
    }

    /// Time of each step for a batch of at most `imagesAtOnce` images, in order; the median of several runs.
    package func stepTimes(_ input: Batch, runs: Int = 5) throws -> [(name: String, method: String, seconds: Double)] {
        _ = try run(input)
        let extent = try inputExtent(input.shape)
        let plan = try plan(for: extent, images: input.imageCount)
        defer { idle.withLock { $0.giveBack(plan, extent) } }
        let clock = ContinuousClock()
        var laps = [[Duration]](repeating: [], count: plan.steps.count)
        for _ in 0..<runs {
            var before = clock.now
            var index = 0
            plan.run(images: min(input.imageCount, plan.capacity), kernels: kernels, workers: workers) { _ in
                let now = clock.now
                laps[index].append(now - before)
                before = now
                index += 1
            }
        }
        return zip(plan.steps, laps).map { step, laps in
            let median = laps.sorted()[laps.count / 2].components
            return (step.name, step.step.kindName, Double(median.seconds) + Double(median.attoseconds) * 1e-18)
        }
    }

    /// Bytes of working memory for input of this shape.
    package func workingBytes(for shape: [Int]) throws -> Int {
        let extent = try inputExtent(shape)
        let plan = try plan(for: extent, images: shape[0])
        defer { idle.withLock { $0.giveBack(plan, extent) } }
        return plan.byteCount
    }

    private func inputExtent(_ shape: [Int]) throws -> ValueExtent {
        guard model.graph.inputs.count == 1 else { throw InferenceError.severalInputs(names: model.graph.inputs.map(\.name)) }
        let type = model.graph.inputs[0].type
        try InputCheck.check(shape, against: type)
        guard let extent = ValueExtent(ValueType([.batch] + shape.dropFirst().map { .fixed($0) })) else {
            throw InferenceError.wrongShape(expected: "\(type)", found: shape)
        }
        return extent
    }

    /// An idle plan, or a new one; whoever takes it gives it back.
    private func plan(for extent: ValueExtent, images: Int) throws -> ExecutionPlan {
        let capacity = min(max(images, 1), max(options.imagesAtOnce, 1))
        if let known = idle.withLock({ $0.take(extent, capacity: capacity) }) { return known }
        var graph = model.graph
        let declared = graph.inputs[0].type
        let rank = declared.shape.count
        graph.inputs[0].type.shape = [.batch] + [extent.channels, extent.height, extent.width].prefix(rank - 1).map { .fixed($0) }
        let types = try graph.valueTypes(weights: model.weights)
        return try ExecutionPlan(
            layers, orders: orders, model: model, input: (graph.inputs[0].name, extent), types: types, capacity: capacity,
            workers: workers.count,
            kernels: kernels, isExact: options.isExact, leavesOutPadding: !options.allowsNotFinite, memoryLimit: options.memoryLimit)
    }
}

/// A pointer that threads read from while its owner waits for them.
private struct SourcePointer: @unchecked Sendable {
    let base: UnsafePointer<Float>
}

/// Memory to which threads write images that do not overlap while its owner waits for them.
private struct TargetPointer: @unchecked Sendable {
    let base: UnsafeMutablePointer<Float>
}
