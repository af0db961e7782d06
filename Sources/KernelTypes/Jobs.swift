/// A convolution over padded input with any kernel size, stride and dilation, and a single group.
///
/// `@unchecked Sendable`: weights are only read; outputs are written in disjoint parts.
public struct ConvolutionJob: @unchecked Sendable {
    /// The input; its border is at least the padding.
    public var input: ImageView
    /// The output.
    public var output: ImageView
    /// Added before the activation; has the output's shape.
    public var residual: ImageView?
    /// Packed weights: blocks of 16 outputs × taps × input channels × 16 for `direct`, blocks of 16 outputs × 36 × input channels × 16 for
    /// `winograd`.
    public var weights: UnsafePointer<Float>
    /// One value per output channel, padded to blocks of 16.
    public var bias: UnsafePointer<Float>
    /// Applied to the sum.
    public var activation: Activation
    /// Applied in place after that.
    public var curve: Curve?
    /// Winograd only: scale of the input inside the frame (the frame stays zero), one value per channel, padded.
    public var inputScale: UnsafePointer<Float>?
    /// Winograd only: shift after the scale; see `inputScale`.
    public var inputShift: UnsafePointer<Float>?
    /// Rows of the kernel.
    public var kernelHeight: Int
    /// Columns of the kernel.
    public var kernelWidth: Int
    /// Vertical stride.
    public var strideY: Int
    /// Horizontal stride.
    public var strideX: Int
    /// Rows of padding above the image.
    public var paddingTop: Int
    /// Columns of padding left of the image.
    public var paddingLeft: Int
    /// Vertical distance between taps.
    public var dilationY: Int
    /// Horizontal distance between taps.
    public var dilationX: Int
    /// Images in the batch.
    public var images: Int
    /// How many products form a partial sum before it joins the total: smaller values are slower and more accurate.
    public var partialTerms: Int
    /// `direct` only: whether products with padding may be skipped, which changes nothing as long as weights are finite.
    public var leavesOutPadding: Bool
    /// The weights that the thread reads after these, to be prefetched; nil if that is not known.
    public var following: UnsafePointer<Float>?

    /// The same job with other weights to be prefetched.
    public func followed(by weights: WeightAddress?) -> ConvolutionJob {
        var job = self
        job.following = weights?.base
        return job
    }

    /// The packed weights of a block for `direct`.
    public func directWeights(_ block: Int) -> WeightAddress { WeightAddress(weights + block * directBlockCount) }

    /// The packed weights of a block for `winograd`.
    public func winogradWeights(_ block: Int) -> WeightAddress { WeightAddress(weights + block * winogradBlockCount) }

    /// Numbers of all packed weights for `direct`.
    public var directWeightCount: Int { outputBlocks * directBlockCount }
    /// Numbers of all packed weights for `winograd`.
    public var winogradWeightCount: Int { outputBlocks * winogradBlockCount }

    /// Whether the input has so few channels that a loop over a tap's would cost more than their products, so that the numbers under a window
    /// are gathered first.
    public var hasThinInput: Bool {
        ConvolutionJob.hasThinInput(taps: kernelHeight * kernelWidth, channels: input.channels)
    }

    /// See the property of this name. A window of more than 512 numbers would fill the caches.
    public static func hasThinInput(taps: Int, channels: Int) -> Bool { taps > 1 && channels < laneCount && taps * channels <= 512 }

    private var directBlockCount: Int { kernelHeight * kernelWidth * input.channels * blockChannels }
    private var winogradBlockCount: Int { 36 * input.paddedChannels * blockChannels }

    /// Creates a plain 1×1 convolution; set the other properties afterwards.
    public init(input: ImageView, output: ImageView, weights: UnsafePointer<Float>, bias: UnsafePointer<Float>, images: Int) {
        self.input = input
        self.output = output
        self.weights = weights
        self.bias = bias
        self.images = images
        residual = nil
        activation = .none
        curve = nil
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
        following = nil
    }

    /// Output pixels of all images.
    public var outputPixels: Int { images * output.height * output.width }
    /// Blocks of 16 output channels.
    public var outputBlocks: Int { (output.channels + blockChannels - 1) / blockChannels }
    /// Rows of Winograd tiles (4 × 4 outputs) per image.
    public var tileRows: Int { (output.height + 3) / 4 }
    /// Columns of Winograd tiles per image.
    public var tileColumns: Int { (output.width + 3) / 4 }
}

/// An operation over a window of each channel: depthwise convolution or pooling.
public struct WindowJob: @unchecked Sendable {
    /// The operation.
    public enum Kind: Sendable {
        case depthwise, maximum, mean
    }

    /// The operation in the window.
    public var kind: Kind
    /// The input.
    public var input: ImageView
    /// The output.
    public var output: ImageView
    /// Added before the activation.
    public var residual: ImageView?
    /// Depthwise only: taps × channels, padded.
    public var weights: UnsafePointer<Float>?
    /// Depthwise only: one value per channel, padded.
    public var bias: UnsafePointer<Float>?
    /// Applied to the result.
    public var activation: Activation
    /// Depthwise only: applied in place after that.
    public var curve: Curve?
    /// Rows of the window.
    public var kernelHeight: Int
    /// Columns of the window.
    public var kernelWidth: Int
    /// Vertical stride.
    public var strideY: Int
    /// Horizontal stride.
    public var strideX: Int
    /// Rows of padding above the image.
    public var paddingTop: Int
    /// Columns of padding left of the image.
    public var paddingLeft: Int
    /// Vertical distance between taps.
    public var dilationY: Int
    /// Horizontal distance between taps.
    public var dilationX: Int
    /// Depthwise only: whether padding may be multiplied like other zeros, which changes nothing as long as weights are finite.
    public var takesPaddingAsZeros: Bool
    /// Means only: rows below and columns after the image that count as zeros, like the padding before it; nil if no padding counts.
    public var countedPadding: (bottom: Int, right: Int)?
    /// Images in the batch.
    public var images: Int

    /// Creates a job without dilation, residual or weights unless given.
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
        curve = nil
        dilationY = 1
        dilationX = 1
        takesPaddingAsZeros = true
        countedPadding = nil
    }
}

/// A linear layer over vectors: output[image, o] = Σ input[image, i] · weight[o, i] + bias[o].
public struct LinearJob: @unchecked Sendable {
    /// Input vectors, `inputStride` floats apart, padded with zeros to a multiple of eight.
    public var input: UnsafePointer<Float>
    /// Distance between input vectors, in floats.
    public var inputStride: Int
    /// Output vectors, `outputStride` floats apart.
    public var output: UnsafeMutablePointer<Float>
    /// Distance between output vectors, in floats.
    public var outputStride: Int
    /// The weight in torch's layout, outputs × inputs; need not be aligned.
    public var weights: UnsafePointer<Float>
    /// One factor per output, padded: the scale of a batch normalization after the layer.
    public var scale: UnsafePointer<Float>?
    /// One value per output, padded, added after the factor.
    public var bias: UnsafePointer<Float>?
    /// Applied to the result.
    public var activation: Activation
    /// Applied after that.
    public var curve: Curve?
    /// Length of an input vector.
    public var inputs: Int
    /// Length of an output vector.
    public var outputs: Int
    /// Number of vectors.
    public var images: Int

    /// Creates a job.
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
        curve = nil
    }
}

/// The kernels, compiled for one kind of processor. Ranges are parts of a job that threads may process concurrently.
public struct KernelTable: Sendable {
    /// The instruction sets that they were compiled for, in words.
    public let name: String
    /// Direct convolution of output pixels of the flattened batch × blocks of 16 output channels.
    public let direct: @Sendable (_ job: ConvolutionJob, _ pixels: Range<Int>, _ blocks: Range<Int>) -> Void
    /// Winograd convolution F(4×4, 3×3) of at most `winogradTiles` tiles of the flattened batch × blocks of 16 output channels, with
    /// `winogradScratch` floats of scratch memory.
    public let winograd:
        @Sendable (_ job: ConvolutionJob, _ tiles: Range<Int>, _ blocks: Range<Int>, _ scratch: UnsafeMutablePointer<Float>) -> Void
    /// The most tiles per call of `winograd`, for this number of input channels.
    public let winogradTiles: @Sendable (_ channels: Int) -> Int
    /// Floats of scratch memory that `winograd` needs, for this number of input channels.
    public let winogradScratch: @Sendable (_ channels: Int) -> Int
    /// The best number of a pair's output rows to be computed together.
    public let pairRows: @Sendable (_ job: ConvolutionPairJob) -> Int
    /// A pair of convolutions, over output rows of the flattened batch × blocks of 16 channels, with `pairScratch` floats of scratch memory.
    public let pair:
        @Sendable (_ job: ConvolutionPairJob, _ rows: Range<Int>, _ blocks: Range<Int>, _ scratch: UnsafeMutablePointer<Float>) -> Void
    /// Floats of scratch memory that `pair` needs.
    public let pairScratch: @Sendable (_ job: ConvolutionPairJob) -> Int
    /// Window operation over output rows of the flattened batch.
    public let window: @Sendable (_ job: WindowJob, _ rows: Range<Int>) -> Void
    /// Linear layer: a range of outputs, for all images.
    public let linear: @Sendable (_ job: LinearJob, _ outputs: Range<Int>) -> Void
    /// Pixel operation over rows of the flattened batch.
    public let pixels: @Sendable (_ job: PixelJob, _ rows: Range<Int>) -> Void
    /// A function of each pixel's channels over rows of the flattened batch.
    public let rows: @Sendable (_ job: RowJob, _ rows: Range<Int>) -> Void
    /// Products of matrices of the flattened batch.
    public let matrices: @Sendable (_ job: MatrixJob, _ products: Range<Int>) -> Void

    /// Creates a table from kernels compiled together.
    public init(
        name: String, direct: @escaping @Sendable (ConvolutionJob, Range<Int>, Range<Int>) -> Void,
        winograd: @escaping @Sendable (ConvolutionJob, Range<Int>, Range<Int>, UnsafeMutablePointer<Float>) -> Void,
        winogradTiles: @escaping @Sendable (Int) -> Int, winogradScratch: @escaping @Sendable (Int) -> Int,
        pairRows: @escaping @Sendable (ConvolutionPairJob) -> Int,
        pair: @escaping @Sendable (ConvolutionPairJob, Range<Int>, Range<Int>, UnsafeMutablePointer<Float>) -> Void,
        pairScratch: @escaping @Sendable (ConvolutionPairJob) -> Int,
        window: @escaping @Sendable (WindowJob, Range<Int>) -> Void, linear: @escaping @Sendable (LinearJob, Range<Int>) -> Void,
        pixels: @escaping @Sendable (PixelJob, Range<Int>) -> Void, rows: @escaping @Sendable (RowJob, Range<Int>) -> Void,
        matrices: @escaping @Sendable (MatrixJob, Range<Int>) -> Void
    ) {
        self.name = name
        self.direct = direct
        self.winograd = winograd
        self.winogradTiles = winogradTiles
        self.winogradScratch = winogradScratch
        self.pairRows = pairRows
        self.pair = pair
        self.pairScratch = pairScratch
        self.window = window
        self.linear = linear
        self.pixels = pixels
        self.rows = rows
        self.matrices = matrices
    }
}

/// Where weights are that will be read, so that they can be prefetched.
///
/// `@unchecked Sendable`: the weights are only read.
public struct WeightAddress: @unchecked Sendable {
    /// The first number.
    public let base: UnsafePointer<Float>

    init(_ base: UnsafePointer<Float>) { self.base = base }
}
