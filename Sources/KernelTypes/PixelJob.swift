/// A function of each number that takes an exponential function or the like, so that it is worth a loop of its own.
public enum Curve: Sendable {
    /// 1 / (1 + exp(−x)).
    case sigmoid
    /// The hyperbolic tangent.
    case tanh
    /// x · Φ(x), with the distribution function of the normal distribution.
    case gelu
    /// The same with torch's approximation of Φ by a hyperbolic tangent.
    case geluTanh
}

/// What is done with two values, number by number.
public enum Combination: Sendable {
    case sum
    case product
    /// The larger one; a NaN is passed on.
    case maximum
}

/// A value that is read along with an output that may be larger: axes of size 1 are repeated.
public struct PixelOperand: Sendable {
    /// The value, whose strides are zero along repeated axes.
    public var view: ImageView
    /// Whether its only channel stands for all channels of the output.
    public var isOneChannel: Bool

    /// A value with the output's sizes, or with 1 in the place of some of them.
    public init(_ view: ImageView, repeatedOver output: ImageView) {
        self.view = view
        if view.height == 1 { self.view.rowStride = 0 }
        if view.width == 1 { self.view.pixelStride = 0 }
        isOneChannel = view.channels == 1 && output.channels > 1
    }
}

/// An operation on each pixel: scale and shift per channel, a second value, sum with a third, activation. Also copies one view to another.
public struct PixelJob: @unchecked Sendable {
    /// The input.
    public var input: PixelOperand
    /// The output; may be the input.
    public var output: ImageView
    /// What is done with a second value after scale and shift.
    public var combination: (kind: Combination, other: PixelOperand)?
    /// Added after that; has the output's shape.
    public var addend: ImageView?
    /// One factor per channel, padded.
    public var scale: UnsafePointer<Float>?
    /// One value per channel, padded, added after the factor.
    public var shift: UnsafePointer<Float>?
    /// Applied to the result.
    public var activation: Activation
    /// Applied in place after that.
    public var curve: Curve?
    /// Images in the batch.
    public var images: Int

    /// Creates a copy; set the other properties afterwards.
    public init(input: PixelOperand, output: ImageView, images: Int) {
        self.input = input
        self.output = output
        self.images = images
        combination = nil
        addend = nil
        scale = nil
        shift = nil
        activation = .none
        curve = nil
    }

    /// Creates a copy of a value with the output's shape; set the other properties afterwards.
    public init(input: ImageView, output: ImageView, images: Int) {
        self.init(input: PixelOperand(input, repeatedOver: output), output: output, images: images)
    }
}
