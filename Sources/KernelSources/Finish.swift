import CCPU
import KernelTypes

/// Adds bias and residual, applies the activation and stores a vector of output channels, whose second half may not exist.
struct Finish {
    /// What is done to a sum, in few kinds, as each is a branch at every vector that is stored.
    private enum Kind {
        /// Numbers outside `low` and `high` become these; a NaN stays.
        case bounded
        /// Negative numbers are multiplied by `low`.
        case sloped
        case hardSwish
    }

    private let kind: Kind
    private let bias, low, high: Vector
    let output: UnsafeMutablePointer<Float>
    private let residual: UnsafePointer<Float>?
    private let isHalf: Bool

    @inline(__always) init(_ job: ConvolutionJob, channel: Int) {
        self.init(bias: job.bias, job.activation, output: job.output, residual: job.residual, channel: channel)
    }

    @inline(__always) init(
        bias: UnsafePointer<Float>?, _ activation: Activation, output: ImageView, residual: ImageView?, channel: Int
    ) {
        self.init(
            bias: bias, activation, output: output, residual: residual, channel: channel,
            isHalf: channel &+ Vector.scalarCount > output.paddedChannels)
    }

    @inline(__always) init(
        bias: UnsafePointer<Float>?, _ activation: Activation, output: ImageView, residual: ImageView?, channel: Int, isHalf: Bool
    ) {
        self.isHalf = isHalf
        self.bias = bias.map { loadVector($0 + channel, isHalf: isHalf) } ?? .zero
        (kind, low, high) =
            switch activation {
            case .none: (.bounded, Vector(repeating: -.infinity), Vector(repeating: .infinity))
            case .relu: (.bounded, .zero, Vector(repeating: .infinity))
            case .clip(let low, let high): (.bounded, Vector(repeating: low), Vector(repeating: high))
            case .prelu(let slopes): (.sloped, loadVector(slopes + channel, isHalf: isHalf), .zero)
            case .hardSwish: (.hardSwish, .zero, .zero)
            }
        self.output = output.base + channel
        self.residual = residual.map { UnsafePointer($0.base + channel) }
    }

    /// What is done most often, for loops that choose once: nil for the rest, and for the baseline loops,
    /// which only old processors run.
    @inline(__always) var plainKind: PlainKind? {
        #if CONVERT_BASELINE
            return nil
        #else
            guard residual == nil else { return nil }
            switch kind {
            case .bounded: return .bounded
            case .sloped: return .sloped
            case .hardSwish: return nil
            }
        #endif
    }

    /// See `plainKind`.
    enum PlainKind {
        case bounded, sloped
    }

    /// A finished sum, if its kind is this.
    @inline(__always) func bounded(_ sum: Vector) -> Vector {
        var value = sum + bias
        value.replace(with: low, where: value .< low)
        value.replace(with: high, where: value .> high)
        return value
    }

    /// See `bounded`.
    @inline(__always) func sloped(_ sum: Vector) -> Vector {
        var value = sum + bias
        value.replace(with: value * low, where: value .< Vector.zero)
        return value
    }

    /// Prefetches the memory that `put` will access.
    @inline(__always) func prefetch(output place: Int, residual residualPlace: Int) {
        convert_prefetch(output + place)
        if let residual { convert_prefetch(residual + residualPlace) }
    }

    /// Finishes one pixel, given its offsets in the output and the residual.
    ///
    /// Transparent, because the compiler would otherwise leave a call in the middle of Winograd's loops.
    @_transparent func put(_ sum: Vector, output place: Int, residual residualPlace: Int) {
        var value = sum + bias
        if let residual { value += loadVector(residual + residualPlace, isHalf: isHalf) }
        switch kind {
        case .bounded:
            value.replace(with: low, where: value .< low)
            value.replace(with: high, where: value .> high)
        case .sloped: value.replace(with: value * low, where: value .< Vector.zero)
        case .hardSwish: value = hardSwish(value)
        }
        storeVector(value, output + place, isHalf: isHalf)
    }
}

/// Finishes the sums of one block of sixteen channels for several pixels. A block takes one register or two; the second may not exist.
///
/// Bias and bounds are read again for each tile, because a structure that holds them would be copied on the stack.
@inline(__always) func finishBlock(
    _ job: ConvolutionJob, channel: Int, _ sums: UnsafePointer<Block>, _ pixels: UnsafePointer<OutputPixel>, _ count: Int
) {
    let (size, step) = (Vector.scalarCount, blockChannels / Vector.scalarCount)
    let vectors = UnsafeRawPointer(sums).assumingMemoryBound(to: Vector.self)
    for part in 0..<step where channel &+ part &* size < job.output.paddedChannels {
        let finish = Finish(job, channel: channel &+ part &* size)
        finish.put(vectors + part, step: step, pixels, count)
    }
}

extension Finish {
    /// Finishes one vector of several pixels, each `step` vectors after that of the pixel before.
    @inline(__always) func put(_ sums: UnsafePointer<Vector>, step: Int, _ pixels: UnsafePointer<OutputPixel>, _ count: Int) {
        for row in 0..<count { put(sums[row &* step], output: pixels[row].output, residual: pixels[row].residual) }
    }
}
