/// A convolution over padded input, any kernel, stride and dilation, groups of one.
///
/// `@unchecked Sendable`: weights are only read; outputs are written in parts that do not overlap.
public struct ConvolutionJob: @unchecked Sendable {
    /// What is read; its border is at least the padding.
    public var input: ImageView
    /// What is written.
    public var output: ImageView
    /// Added before the activation; of the output's sizes.
    public var residual: ImageView?
    /// Packed weights: output blocks of 16 × taps × input channels × 16 for `direct`, output blocks of 16 × 36 × input channels × 16 for `winograd`.
    public var weights: UnsafePointer<Float>
    /// One number an output channel, padded to blocks of 16.
    public var bias: UnsafePointer<Float>
    /// What follows the sum.
    public var activation: Activation
    /// Scale and shift of the input inside the frame (the frame stays zero), one pair a channel, padded; Winograd only.
    public var inputScale: UnsafePointer<Float>?
    /// See `inputScale`.
    public var inputShift: UnsafePointer<Float>?
    /// Kernel rows.
    public var kernelHeight: Int
    /// Kernel columns.
    public var kernelWidth: Int
    /// Steps along rows.
    public var strideY: Int
    /// Steps along columns.
    public var strideX: Int
    /// Rows of zeros above.
    public var paddingTop: Int
    /// Columns of zeros before.
    public var paddingLeft: Int
    /// Distance of taps along rows.
    public var dilationY: Int
    /// Distance of taps along columns.
    public var dilationX: Int
    /// Images in the batch.
    public var images: Int
    /// Products that are summed before the sum joins the total: fewer are slower and more exact.
    public var partialTerms: Int
    /// Whether products with padding may be left out, which changes nothing as long as weights are finite; `direct` only.
    public var leavesOutPadding: Bool

    /// A plain 1×1 convolution, to be changed.
    public init(input: ImageView, output: ImageView, weights: UnsafePointer<Float>, bias: UnsafePointer<Float>, images: Int) {
        self.input = input
        self.output = output
        self.weights = weights
        self.bias = bias
        self.images = images
        residual = nil
        activation = .none
        inputScale = nil
        inputShift = nil
        kernelHeight = 1
        kernelWidth = 1
        strideY = 1
        strideX = 1
        paddingTop = 0
        paddingLeft = 0
        dilationY = 1
        dilationX = 1
        partialTerms = 288
        leavesOutPadding = true
    }

    /// Pixels of all outputs.
    public var outputPixels: Int { images * output.height * output.width }
    /// Blocks of 16 output channels.
    public var outputBlocks: Int { (output.channels + blockChannels - 1) / blockChannels }
    /// Winograd tiles of 4 × 4 outputs in one image: rows and columns of them.
    public var tileRows: Int { (output.height + 3) / 4 }
    /// See `tileRows`.
    public var tileColumns: Int { (output.width + 3) / 4 }
}

/// A window over each channel by itself: depthwise convolution or pooling.
public struct WindowJob: @unchecked Sendable {
    /// What is computed in the window.
    public enum Kind: Sendable {
        case depthwise, maximum, mean
    }

    /// What is computed in the window.
    public var kind: Kind
    /// What is read.
    public var input: ImageView
    /// What is written.
    public var output: ImageView
    /// Added before the activation.
    public var residual: ImageView?
    /// Depthwise: taps × channels, padded.
    public var weights: UnsafePointer<Float>?
    /// Depthwise: one number a channel, padded.
    public var bias: UnsafePointer<Float>?
    /// What follows.
    public var activation: Activation
    /// Window rows.
    public var kernelHeight: Int
    /// Window columns.
    public var kernelWidth: Int
    /// Steps along rows.
    public var strideY: Int
    /// Steps along columns.
    public var strideX: Int
    /// Rows around the image above.
    public var paddingTop: Int
    /// Columns around the image before.
    public var paddingLeft: Int
    /// Distance of taps along rows.
    public var dilationY: Int
    /// Distance of taps along columns.
    public var dilationX: Int
    /// Images in the batch.
    public var images: Int

    /// A job.
    public init(
        kind: Kind, input: ImageView, output: ImageView, kernelHeight: Int, kernelWidth: Int, strideY: Int, strideX: Int, paddingTop: Int,
        paddingLeft: Int, images: Int
    ) {
        self.kind = kind
        self.input = input
        self.output = output
        self.kernelHeight = kernelHeight
        self.kernelWidth = kernelWidth
        self.strideY = strideY
        self.strideX = strideX
        self.paddingTop = paddingTop
        self.paddingLeft = paddingLeft
        self.images = images
        residual = nil
        weights = nil
        bias = nil
        activation = .none
        dilationY = 1
        dilationX = 1
    }
}

/// A linear layer over vectors: output[image, o] = Σ input[image, i] · weight[o, i] + bias[o].
public struct LinearJob: @unchecked Sendable {
    /// Vectors, `inputStride` numbers apart, padded with zeros to a multiple of eight.
    public var input: UnsafePointer<Float>
    /// Numbers from a vector to the next.
    public var inputStride: Int
    /// Results, `outputStride` numbers apart.
    public var output: UnsafeMutablePointer<Float>
    /// Numbers from a result to the next.
    public var outputStride: Int
    /// The weight as torch keeps it: outputs × inputs; need not be aligned.
    public var weights: UnsafePointer<Float>
    /// One factor an output, padded; what a batch normalization behind the layer multiplies with.
    public var scale: UnsafePointer<Float>?
    /// One number an output, padded, added after the factor.
    public var bias: UnsafePointer<Float>?
    /// What follows.
    public var activation: Activation
    /// Numbers that go in.
    public var inputs: Int
    /// Numbers that come out.
    public var outputs: Int
    /// Vectors.
    public var images: Int

    /// A job.
    public init(
        input: UnsafePointer<Float>, inputStride: Int, output: UnsafeMutablePointer<Float>, outputStride: Int,
        weights: UnsafePointer<Float>, inputs: Int, outputs: Int, images: Int
    ) {
        self.input = input
        self.inputStride = inputStride
        self.output = output
        self.outputStride = outputStride
        self.weights = weights
        self.inputs = inputs
        self.outputs = outputs
        self.images = images
        scale = nil
        bias = nil
        activation = .none
    }
}

/// Work on each pixel by itself: scale and shift a channel, sum of two, activation. Also the copy from one view to another.
public struct PixelJob: @unchecked Sendable {
    /// What is read.
    public var input: ImageView
    /// What is written; may be the input.
    public var output: ImageView
    /// Added after scale and shift.
    public var addend: ImageView?
    /// One factor a channel, padded.
    public var scale: UnsafePointer<Float>?
    /// One number a channel, padded, added after the factor.
    public var shift: UnsafePointer<Float>?
    /// What follows.
    public var activation: Activation
    /// Images in the batch.
    public var images: Int

    /// A copy.
    public init(input: ImageView, output: ImageView, images: Int) {
        self.input = input
        self.output = output
        self.images = images
        addend = nil
        scale = nil
        shift = nil
        activation = .none
    }
}

/// The loops, compiled for one kind of processor. Ranges are parts of a job that threads may do at the same time.
public struct KernelTable: Sendable {
    /// What they were compiled for, for people.
    public let name: String
    /// Output pixels of the flattened batch × blocks of 16 output channels.
    public let direct: @Sendable (_ job: ConvolutionJob, _ pixels: Range<Int>, _ blocks: Range<Int>) -> Void
    /// Winograd F(4×4, 3×3): at most `winogradTiles` tiles of the flattened batch × blocks of 16 output channels, with scratch of
    /// `winogradScratch` numbers.
    public let winograd:
        @Sendable (_ job: ConvolutionJob, _ tiles: Range<Int>, _ blocks: Range<Int>, _ scratch: UnsafeMutablePointer<Float>) -> Void
    /// Tiles that one call of `winograd` may be given at once for so many input channels.
    public let winogradTiles: @Sendable (_ channels: Int) -> Int
    /// Numbers of scratch that `winograd` needs for so many input channels.
    public let winogradScratch: @Sendable (_ channels: Int) -> Int
    /// Rows of outputs of the flattened batch.
    public let window: @Sendable (_ job: WindowJob, _ rows: Range<Int>) -> Void
    /// Outputs, for all images.
    public let linear: @Sendable (_ job: LinearJob, _ outputs: Range<Int>) -> Void
    /// Rows of the flattened batch.
    public let pixels: @Sendable (_ job: PixelJob, _ rows: Range<Int>) -> Void

    /// A table.
    public init(
        name: String, direct: @escaping @Sendable (ConvolutionJob, Range<Int>, Range<Int>) -> Void,
        winograd: @escaping @Sendable (ConvolutionJob, Range<Int>, Range<Int>, UnsafeMutablePointer<Float>) -> Void,
        winogradTiles: @escaping @Sendable (Int) -> Int, winogradScratch: @escaping @Sendable (Int) -> Int,
        window: @escaping @Sendable (WindowJob, Range<Int>) -> Void, linear: @escaping @Sendable (LinearJob, Range<Int>) -> Void,
        pixels: @escaping @Sendable (PixelJob, Range<Int>) -> Void
    ) {
        self.name = name
        self.direct = direct
        self.winograd = winograd
        self.winogradTiles = winogradTiles
        self.winogradScratch = winogradScratch
        self.window = window
        self.linear = linear
        self.pixels = pixels
    }
}
