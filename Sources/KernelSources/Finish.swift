import CCPU
import KernelTypes

/// Bias, residual, activation and store of a vector of output channels, of which the second half may not exist.
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
        let isHalf = channel &+ Vector.scalarCount > output.paddedChannels
        self.isHalf = isHalf
        self.bias = bias.map { loadVector($0 + channel, isHalf: isHalf) } ?? .zero
        slopes = if case .prelu(let slopes) = activation { loadVector(slopes + channel, isHalf: isHalf) } else { .zero }
        self.activation = activation
        self.output = output.base + channel
        self.residual = residual.map { UnsafePointer($0.base + channel) }
    }

    /// Fetches what `put` will touch.
    @inline(__always) func prefetch(output place: Int, residual residualPlace: Int) {
        convert_prefetch(output + place)
        if let residual { convert_prefetch(residual + residualPlace) }
    }

    /// One pixel, at its distances from the output's and the residual's first.
    ///
    /// Transparent, as the compiler leaves a call in the middle of Winograd's loops otherwise.
    @_transparent func put(_ sum: Vector, output place: Int, residual residualPlace: Int) {
        var value = sum + bias
        if let residual { value += loadVector(residual + residualPlace, isHalf: isHalf) }
        switch activation {
        case .none: break
        case .relu: value.replace(with: Vector.zero, where: value .< Vector.zero)
        case .prelu: value.replace(with: value * slopes, where: value .< Vector.zero)
        }
        storeVector(value, output + place, isHalf: isHalf)
    }
}
