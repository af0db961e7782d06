import CCPU
import KernelTypes

/// Adds bias and residual, applies the activation and stores a vector of output channels, whose second half may not exist.
struct Finish {
    private let bias, slopes: Vector
    private let activation: Activation
    private let output: UnsafeMutablePointer<Float>
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
        slopes = if case .prelu(let slopes) = activation { loadVector(slopes + channel, isHalf: isHalf) } else { .zero }
        self.activation = activation
        self.output = output.base + channel
        self.residual = residual.map { UnsafePointer($0.base + channel) }
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
        switch activation {
        case .none: break
        case .relu: value.replace(with: Vector.zero, where: value .< Vector.zero)
        case .prelu: value.replace(with: value * slopes, where: value .< Vector.zero)
        case .clip(let low, let high): value = clip(value, low, high)
        case .hardSwish: value = hardSwish(value)
        }
        storeVector(value, output + place, isHalf: isHalf)
    }
}
