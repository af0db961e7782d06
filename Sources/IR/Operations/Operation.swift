/// What a node computes. Weights are named by their source key; arithmetic is float32, layout N×C×H×W.
///
/// Constants are kept as the decimal numbers that a program gives, such as 1e-5, whatever width a format stores them in.
package enum Operation: Sendable, Equatable {
    /// A 2-D convolution.
    case convolution(Convolution)
    /// Batch normalization with running statistics: (x − mean) / √(variance + ε) · scale + bias, along axis 1; scale and bias may
    /// be missing.
    case batchNormalization(BatchNormalization)
    /// max(0, x) + slope · min(0, x); the slope is a vector along axis 1, or one number.
    case prelu(slope: String)
    /// max(0, x).
    case relu
    /// 1 / (1 + exp(−x)).
    case sigmoid
    /// The hyperbolic tangent.
    case tanh
    /// min(max(x, minimum), maximum); a bound that is infinite is none.
    case clip(minimum: Double, maximum: Double)
    /// max(0, x) + slope · min(0, x), with a constant slope.
    case leakyReLU(slope: Double)
    /// min(max(alpha · x + beta, 0), 1).
    case hardSigmoid(HardSigmoid)
    /// x · min(max(x / 6 + 1/2, 0), 1).
    case hardSwish
    /// x · Φ(x), or its approximation by a hyperbolic tangent.
    case gelu(isApproximate: Bool)
    /// The sum of two values, axes of size 1 repeated.
    case add
    /// The product of two values, axes of size 1 repeated.
    case product
    /// The larger of two values, axes of size 1 repeated; a NaN is passed on.
    case maximum
    /// x · constant.
    case multiply(ChannelNumbers)
    /// x / constant; apart from `multiply`, as the reciprocal of most numbers is not a float32.
    case divide(ChannelNumbers)
    /// x − constant.
    case subtract(ChannelNumbers)
    /// The channels with these indices, in this order, along axis 1; one may be taken several times.
    case selectChannels([Int])
    /// Values joined along an axis.
    case concatenate(axis: Int)
    /// The maximum over a window; padding counts as −∞.
    case maxPool(Pooling)
    /// The mean over a window; padding counts only if it says so.
    case averagePool(Pooling)
    /// The mean over height and width, both kept as 1.
    case globalAveragePool
    /// x · weightᵀ + bias; the weight is [outputs, inputs] as torch keeps it.
    case linear(Linear)
    /// All axes after axis 0 in one axis, in C order.
    case flatten
    /// Axes in a new order, as torch's `permute`.
    case permute([Int])
    /// exp(x) over its sum along an axis.
    case softmax(axis: Int)
    /// x / max(‖x‖₂, ε) along an axis, as torch's `F.normalize`.
    case l2Normalize(axis: Int, epsilon: Double)
    /// Whole numbers to float32.
    case convertToFloat
    /// (x − mean) / √(variance + ε) · scale + bias, over the last axes.
    case layerNormalization(LayerNormalization)
    /// Products of the matrices in the last two axes of two values.
    case matrixProduct
    /// The same numbers, in C order, under other sizes: 0 keeps the size at its position, −1 takes what is left.
    case reshape([Int])
    /// A part of a value along one axis.
    case slice(Slicing)
    /// Rows and columns of one number around the last two axes.
    case pad(Padding2D, value: Double)
    /// The mean over axes, which are kept as 1 or go.
    case reduceMean(axes: [Int], keepsAxes: Bool)
    /// The square root of the sum of squares over axes, which are kept as 1 or go.
    case reduceL2(axes: [Int], keepsAxes: Bool)
    /// A stored tensor as a value; per image, its axis 0 of size 1 becomes the batch.
    case parameter(weight: String, isPerImage: Bool)
    /// The mean over windows that divide height and width into this many parts.
    case adaptiveAveragePool(Size2D)
    /// The maximum over height and width, both kept as 1.
    case globalMaxPool

    /// What the graph knows about the operation, from the file named after it.
    var definition: any OperationDefinition {
        switch self {
        case .convolution(let layer): layer
        case .batchNormalization(let layer): layer
        case .prelu(let slope): PReLU(slope: slope)
        case .relu: ReLU()
        case .sigmoid: Sigmoid()
        case .tanh: HyperbolicTangent()
        case .clip(let minimum, let maximum): Clip(minimum: minimum, maximum: maximum)
        case .leakyReLU(let slope): LeakyReLU(slope: slope)
        case .hardSigmoid(let layer): layer
        case .hardSwish: HardSwish()
        case .gelu(let isApproximate): GELU(isApproximate: isApproximate)
        case .add: Addition()
        case .product: Product()
        case .maximum: Maximum()
        case .multiply(let constant): Multiplication(constant: constant)
        case .divide(let constant): Division(constant: constant)
        case .subtract(let constant): Subtraction(constant: constant)
        case .selectChannels(let channels): ChannelSelection(channels: channels)
        case .concatenate(let axis): Concatenation(axis: axis)
        case .maxPool(let pooling): MaxPooling(pooling: pooling)
        case .averagePool(let pooling): AveragePooling(pooling: pooling)
        case .globalAveragePool: GlobalAveragePooling()
        case .linear(let layer): layer
        case .flatten: Flattening()
        case .permute(let axes): Permutation(axes: axes)
        case .softmax(let axis): Softmax(axis: axis)
        case .l2Normalize(let axis, let epsilon): L2Normalization(axis: axis, epsilon: epsilon)
        case .convertToFloat: ConversionToFloat()
        case .layerNormalization(let layer): layer
        case .matrixProduct: MatrixProduct()
        case .reshape(let shape): Reshaping(shape: shape)
        case .slice(let slice): slice
        case .pad(let padding, let value): FramePadding(padding: padding, value: value)
        case .reduceMean(let axes, let keepsAxes): MeanReduction(axes: axes, keepsAxes: keepsAxes)
        case .reduceL2(let axes, let keepsAxes): L2Reduction(axes: axes, keepsAxes: keepsAxes)
        case .parameter(let weight, let isPerImage): StoredParameter(weight: weight, isPerImage: isPerImage)
        case .adaptiveAveragePool(let size): AdaptiveAveragePooling(size: size)
        case .globalMaxPool: GlobalMaxPooling()
        }
    }
}

extension Operation {
    /// The name in text forms and files.
    package var name: String { kind.rawValue }

    /// The weights it reads, by role, in a fixed order.
    package var weights: [(role: String, key: String)] { definition.weights }

    /// Its attributes in a fixed order; together with kind and weights they are all of the operation.
    package var attributes: [OperationAttribute] { definition.attributes }

    /// The same operation reading its weights under other keys.
    package func renamingWeights(_ rename: (String) -> String) -> Operation { definition.renamingWeights(rename).operation }

    /// An operation of this kind with the weights and attributes that a document or a text gives.
    package init<Fields: OperationFields>(_ kind: OperationKind, _ fields: Fields) throws(Fields.Failure) {
        self = try kind.definition.read(fields)
    }
}
