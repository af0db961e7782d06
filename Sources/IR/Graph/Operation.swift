/// What a node computes. Weights are named by their source key; arithmetic is float32, layout N×C×H×W.
///
/// Constants are kept as the decimal numbers that a program gives, such as 1e-5, whatever width a format stores them in.
public enum Operation: Sendable, Equatable {
    /// A 2-D convolution.
    case convolution(Convolution)
    /// Batch normalization with running statistics: (x − mean) / √(variance + ε) · scale + bias, along axis 1.
    case batchNormalization(BatchNormalization)
    /// max(0, x) + slope · min(0, x); the slope is a vector along axis 1, or one number.
    case prelu(slope: String)
    /// max(0, x).
    case relu
    /// The sum of two values of equal shape.
    case add
    /// x · constant.
    case multiply(ChannelNumbers)
    /// x / constant; apart from `multiply`, as the reciprocal of most numbers is not a float32.
    case divide(ChannelNumbers)
    /// x − constant.
    case subtract(ChannelNumbers)
    /// The channels of these numbers, in this order, along axis 1; one may be taken several times.
    case selectChannels([Int])
    /// Values joined along an axis.
    case concatenate(axis: Int)
    /// The maximum over a window; padding counts as −∞.
    case maxPool(Pooling)
    /// The mean over a window; padding does not count.
    case averagePool(Pooling)
    /// The mean over height and width, both kept as 1.
    case globalAveragePool
    /// x · weightᵀ + bias; the weight is [outputs, inputs] as torch keeps it.
    case linear(Linear)
    /// Everything behind axis 0 in one axis, in C order.
    case flatten
    /// Axes in a new order, as torch's `permute`.
    case permute([Int])
    /// exp(x) over its sum along an axis.
    case softmax(axis: Int)
    /// x / max(‖x‖₂, ε) along an axis, as torch's `F.normalize`.
    case l2Normalize(axis: Int, epsilon: Double)
    /// Whole numbers to float32.
    case convertToFloat

    /// The name in text forms and files.
    public var name: String {
        switch self {
        case .convolution: "convolution"
        case .batchNormalization: "batch_normalization"
        case .prelu: "prelu"
        case .relu: "relu"
        case .add: "add"
        case .multiply: "multiply"
        case .divide: "divide"
        case .subtract: "subtract"
        case .selectChannels: "select_channels"
        case .concatenate: "concatenate"
        case .maxPool: "max_pool"
        case .averagePool: "average_pool"
        case .globalAveragePool: "global_average_pool"
        case .linear: "linear"
        case .flatten: "flatten"
        case .permute: "permute"
        case .softmax: "softmax"
        case .l2Normalize: "l2_normalize"
        case .convertToFloat: "convert_to_float"
        }
    }

    /// The weights it reads, by role, in a fixed order.
    public var weights: [(role: String, key: String)] {
        switch self {
        case .convolution(let layer): [("weight", layer.weight)] + (layer.bias.map { [("bias", $0)] } ?? [])
        case .batchNormalization(let layer):
            [("scale", layer.scale), ("bias", layer.bias), ("mean", layer.mean), ("variance", layer.variance)]
        case .prelu(let slope): [("slope", slope)]
        case .linear(let layer): [("weight", layer.weight)] + (layer.bias.map { [("bias", $0)] } ?? [])
        default: []
        }
    }
}

/// A 2-D convolution; the weight is [outputs, inputs / groups, height, width].
public struct Convolution: Sendable, Equatable {
    /// Key of the weight.
    public var weight: String
    /// Key of the bias, one number an output channel.
    public var bias: String?
    /// Steps along height and width.
    public var stride: Size2D
    /// Zeros around the input.
    public var padding: Padding2D
    /// Distance between taps along height and width.
    public var dilation: Size2D
    /// Parts that input and output channels are divided into.
    public var groups: Int

    /// A convolution.
    public init(
        weight: String, bias: String? = nil, stride: Size2D = Size2D(1), padding: Padding2D = Padding2D(0), dilation: Size2D = Size2D(1),
        groups: Int = 1
    ) {
        self.weight = weight
        self.bias = bias
        self.stride = stride
        self.padding = padding
        self.dilation = dilation
        self.groups = groups
    }
}

/// Batch normalization's keys and ε.
public struct BatchNormalization: Sendable, Equatable {
    /// Key of the scale (torch: `weight`).
    public var scale: String
    /// Key of the shift (torch: `bias`).
    public var bias: String
    /// Key of the running mean.
    public var mean: String
    /// Key of the running variance.
    public var variance: String
    /// What is added to the variance.
    public var epsilon: Double

    /// A batch normalization.
    public init(scale: String, bias: String, mean: String, variance: String, epsilon: Double) {
        self.scale = scale
        self.bias = bias
        self.mean = mean
        self.variance = variance
        self.epsilon = epsilon
    }
}

/// A linear layer's keys.
public struct Linear: Sendable, Equatable {
    /// Key of the weight, [outputs, inputs].
    public var weight: String
    /// Key of the bias.
    public var bias: String?

    /// A linear layer.
    public init(weight: String, bias: String? = nil) {
        self.weight = weight
        self.bias = bias
    }
}

/// A window that slides over height and width.
public struct Pooling: Sendable, Equatable {
    /// The window.
    public var kernel: Size2D
    /// Steps along height and width.
    public var stride: Size2D
    /// What stands around the input.
    public var padding: Padding2D
    /// Whether a window that reaches past the end still gives an output.
    public var ceilMode: Bool

    /// A pooling window.
    public init(kernel: Size2D, stride: Size2D, padding: Padding2D = Padding2D(0), ceilMode: Bool = false) {
        self.kernel = kernel
        self.stride = stride
        self.padding = padding
        self.ceilMode = ceilMode
    }
}

/// Two numbers, along height and width.
public struct Size2D: Sendable, Equatable {
    /// Along height.
    public var height: Int
    /// Along width.
    public var width: Int

    /// Two numbers.
    public init(_ height: Int, _ width: Int) {
        self.height = height
        self.width = width
    }

    /// The same along both.
    public init(_ both: Int) { self.init(both, both) }
}

/// Rows and columns put around an image.
public struct Padding2D: Sendable, Equatable {
    /// Rows above.
    public var top: Int
    /// Columns before.
    public var left: Int
    /// Rows below.
    public var bottom: Int
    /// Columns behind.
    public var right: Int

    /// Four numbers.
    public init(top: Int, left: Int, bottom: Int, right: Int) {
        self.top = top
        self.left = left
        self.bottom = bottom
        self.right = right
    }

    /// The same on all sides.
    public init(_ all: Int) { self.init(top: all, left: all, bottom: all, right: all) }

    /// `vertical` above and below, `horizontal` before and behind.
    public init(vertical: Int, horizontal: Int) { self.init(top: vertical, left: horizontal, bottom: vertical, right: horizontal) }

    /// Whether there is none.
    public var isZero: Bool { top == 0 && left == 0 && bottom == 0 && right == 0 }
}
