import Kernels

/// A fused layer with its weights in the loops' order; the same for every input size.
struct PackedLayer: Sendable {
    var layer: FusedLayer
    var method = ConvolutionMethod.direct
    /// Of a depthwise convolution: the convolution before it that is done along with it, or nothing (see `ConvolutionPairing`). It is a list
    /// because a structure cannot hold another of its kind. If there is one, the layer's
    /// input is that convolution's.
    var precedingConvolution: [PackedLayer] = []
    /// Weights in the loops' order; nil if there are none, or if they are borrowed.
    var weights: FloatMemory?
    /// A linear layer's weight as it is in its file, borrowed.
    var lentWeights: FloatReading?
    /// Bias or shift, one number per output channel, padded to blocks of 16.
    var bias: FloatMemory?
    /// Factor of each channel, if it is not in the weights.
    var scale: FloatMemory?
    /// PReLU's slopes, padded.
    var slopes: FloatMemory?
    /// Factor and term of each input channel, padded.
    var inputScale: FloatMemory?
    /// See `inputScale`.
    var inputShift: FloatMemory?
    /// A stored tensor as a value that all images share.
    var parameter: ImageView?
    /// Sizes of the convolution's or linear layer's weight.
    var weightShape: [Int] = []

    /// The layer, after the convolution that is done along with it.
    var all: [PackedLayer] { precedingConvolution + [self] }

    /// What follows the operation, in the loops' form, unless it is a curve.
    var activation: Activation {
        switch layer.activation {
        case .none: .none
        case .relu: .relu
        case .prelu, .leakyReLU: slopes.map { .prelu(UnsafePointer($0.base)) } ?? .none
        case .clip(let minimum, let maximum): .clip(Float(minimum), Float(maximum))
        case .hardSwish: .hardSwish
        case .curve: .none
        }
    }

    /// See `FusedLayer.Activation.curve`.
    var curve: Curve? { if case .curve(let curve) = layer.activation { curve } else { nil } }
}
