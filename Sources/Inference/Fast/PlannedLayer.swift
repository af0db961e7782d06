import Kernels

/// A layer with the memory that it reads and writes. What an operation makes of it is in the file named after the operation.
struct PlannedLayer {
    let packed: PackedLayer
    let input: ImageView
    let output: ImageView
    /// What is added to the result before it is stored.
    let residual: ImageView?
    /// The second value of a combination.
    let other: ImageView?
    /// All values that it reads, with their axes.
    let sources: [PlannedValue]
    /// What it gives, with its axes.
    let target: PlannedValue

    /// The only value that it reads, or the first.
    var source: PlannedValue { sources[0] }

    /// A step of plain loops.
    func small(_ kind: SmallJob.Kind) -> ExecutionStep { .small(SmallJob(kind: kind, input: input, output: output)) }

    /// A step that copies the source's numbers, all of which are in the target, to where the strides say.
    func copy(sizes: [Int], from: [Int], to: [Int], sourceOffset: Int = 0, targetOffset: Int = 0, onto background: Float? = nil)
        -> ExecutionStep
    {
        let copy = StridedCopy(input, output, sizes: sizes, from: from, to: to, sourceOffset: sourceOffset, targetOffset: targetOffset)
        return small(.copies([copy], onto: background))
    }

    /// A step over all numbers that differ only along these axes.
    func grouped(_ function: GroupedJob.Function, positions: [Int]) -> ExecutionStep {
        small(.grouped(GroupedJob(function, source, target, axes: positions)))
    }

    /// Whether source and target have this position innermost, so that loops go over the channels of each pixel.
    func isInnermost(_ position: Int) -> Bool {
        [source, target].allSatisfy { $0.layout.innermost == position } && source.layout.order == target.layout.order
    }

    /// The position of an axis of the source. Throws for the batch, which no step goes along.
    func position(_ axis: Int) throws(InferenceError) -> Int {
        guard let position = source.layout.position(axis) else { throw unsupported("not along the batch") }
        return position
    }

    func unsupported(_ detail: String) -> InferenceError { packed.layer.unsupported(detail) }

    /// Loops over pixels go through all their values side by side, so that sizes and order must be the same.
    func checkOrders() throws(InferenceError) {
        var beside = [target]
        switch packed.layer.kind {
        case .pixels:
            // One of two values that are combined may have sizes of 1.
            let pair = packed.layer.combination == nil ? [] : [sources[0], sources[1]]
            let isRepeated = pair.allSatisfy {
                $0.layout.extent.repeats(over: target.layout.extent) && $0.layout.order == target.layout.order
            }
            guard isRepeated else { throw unsupported("its values have sizes that cannot be repeated") }
            beside += sources.dropFirst(pair.count)
        case .tokenLinear, .convolution: if residual != nil { beside += sources.dropFirst() }
        case .linear:
            guard source.sizes.count == 1 else { throw unsupported("its input is not a vector for each image") }
            return
        default: break
        }
        switch packed.layer.kind {
        case .convolution, .pool, .globalAveragePool, .globalMaxPool, .adaptiveAveragePool, .selectChannels:
            guard source.layout.batchAxis == 0, source.layout.order == .image else { throw unsupported("its input is not an image") }
        default: break
        }
        let isAlike = beside.allSatisfy {
            $0.layout.extent == target.layout.extent && ($0.layout.order == target.layout.order || $0.sizes.count <= 1)
        }
        let vectors = [packed.scale, packed.bias, packed.slopes].compactMap { $0?.count }
        guard isAlike, vectors.allSatisfy({ $0 >= output.channels }) else { throw unsupported("its values have different sizes") }
    }

    /// A copy in the other order of axes.
    func reorder() -> ExecutionStep { copy(sizes: source.sizes, from: source.strides, to: target.strides) }

    /// Scale, shift, a second value, addition and activation alone: what could not go into the layer before.
    func pixels() -> ExecutionStep {
        var job = PixelJob(input: PixelOperand(input, repeatedOver: output), output: output, images: 0)
        if let other, let kind = packed.layer.combination?.kind {
            job.combination = (kind, PixelOperand(other, repeatedOver: output))
        }
        job.addend = residual
        job.curve = packed.curve
        job.scale = packed.scale.map { UnsafePointer($0.base) }
        if packed.layer.shift != nil { job.shift = packed.bias.map { UnsafePointer($0.base) } }
        job.activation = packed.activation
        return .pixels(job)
    }
}
