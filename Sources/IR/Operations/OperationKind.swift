/// Which operation it is, apart from its weights and attributes. The raw value is its name in text forms and files.
package enum OperationKind: String, CaseIterable, Sendable {
    case convolution
    case batchNormalization = "batch_normalization"
    case prelu
    case relu
    case sigmoid
    case tanh
    case clip
    case leakyReLU = "leaky_relu"
    case hardSigmoid = "hard_sigmoid"
    case hardSwish = "hard_swish"
    case gelu
    case add
    case product
    case maximum
    case multiply
    case divide
    case subtract
    case selectChannels = "select_channels"
    case concatenate
    case maxPool = "max_pool"
    case averagePool = "average_pool"
    case globalAveragePool = "global_average_pool"
    case linear
    case flatten
    case permute
    case softmax
    case l2Normalize = "l2_normalize"
    case convertToFloat = "convert_to_float"
    case layerNormalization = "layer_normalization"
    case matrixProduct = "matrix_product"
    case reshape
    case slice
    case pad
    case reduceMean = "reduce_mean"
    case reduceL2 = "reduce_l2"
    case parameter
    case adaptiveAveragePool = "adaptive_average_pool"
    case globalMaxPool = "global_max_pool"

    /// Where its weights, attributes and shape rule are written down.
    var definition: any OperationDefinition.Type {
        switch self {
        case .convolution: Convolution.self
        case .batchNormalization: BatchNormalization.self
        case .prelu: PReLU.self
        case .relu: ReLU.self
        case .sigmoid: Sigmoid.self
        case .tanh: HyperbolicTangent.self
        case .clip: Clip.self
        case .leakyReLU: LeakyReLU.self
        case .hardSigmoid: HardSigmoid.self
        case .hardSwish: HardSwish.self
        case .gelu: GELU.self
        case .add: Addition.self
        case .product: Product.self
        case .maximum: Maximum.self
        case .multiply: Multiplication.self
        case .divide: Division.self
        case .subtract: Subtraction.self
        case .selectChannels: ChannelSelection.self
        case .concatenate: Concatenation.self
        case .maxPool: MaxPooling.self
        case .averagePool: AveragePooling.self
        case .globalAveragePool: GlobalAveragePooling.self
        case .linear: Linear.self
        case .flatten: Flattening.self
        case .permute: Permutation.self
        case .softmax: Softmax.self
        case .l2Normalize: L2Normalization.self
        case .convertToFloat: ConversionToFloat.self
        case .layerNormalization: LayerNormalization.self
        case .matrixProduct: MatrixProduct.self
        case .reshape: Reshaping.self
        case .slice: Slicing.self
        case .pad: FramePadding.self
        case .reduceMean: MeanReduction.self
        case .reduceL2: L2Reduction.self
        case .parameter: StoredParameter.self
        case .adaptiveAveragePool: AdaptiveAveragePooling.self
        case .globalMaxPool: GlobalMaxPooling.self
        }
    }
}

extension OperationKind {
    /// The weights that it reads, in the order in which they are written, and whether each may be left out.
    package var weightRoles: [(role: String, isOptional: Bool)] { definition.weightRoles }
    /// Its attributes, in the order in which they are written.
    package var attributeDescriptions: [AttributeDescription] { definition.attributeDescriptions }
}

extension Operation {
    /// Which operation it is.
    package var kind: OperationKind {
        switch self {
        case .convolution: .convolution
        case .batchNormalization: .batchNormalization
        case .prelu: .prelu
        case .relu: .relu
        case .sigmoid: .sigmoid
        case .tanh: .tanh
        case .clip: .clip
        case .leakyReLU: .leakyReLU
        case .hardSigmoid: .hardSigmoid
        case .hardSwish: .hardSwish
        case .gelu: .gelu
        case .add: .add
        case .product: .product
        case .maximum: .maximum
        case .multiply: .multiply
        case .divide: .divide
        case .subtract: .subtract
        case .selectChannels: .selectChannels
        case .concatenate: .concatenate
        case .maxPool: .maxPool
        case .averagePool: .averagePool
        case .globalAveragePool: .globalAveragePool
        case .linear: .linear
        case .flatten: .flatten
        case .permute: .permute
        case .softmax: .softmax
        case .l2Normalize: .l2Normalize
        case .convertToFloat: .convertToFloat
        case .layerNormalization: .layerNormalization
        case .matrixProduct: .matrixProduct
        case .reshape: .reshape
        case .slice: .slice
        case .pad: .pad
        case .reduceMean: .reduceMean
        case .reduceL2: .reduceL2
        case .parameter: .parameter
        case .adaptiveAveragePool: .adaptiveAveragePool
        case .globalMaxPool: .globalMaxPool
        }
    }
}
