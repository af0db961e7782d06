import ConvertIR
import Kernels

/// One step of the fast executor: an operation with everything that is done to its result before it is stored.
struct FusedLayer {
    enum Kind {
        case convolution(Convolution)
        case linear(Linear)
        case pool(Pooling, isMaximum: Bool)
        case globalAveragePool
        /// Scale, shift, a second value, addition and activation alone.
        case pixels
        case globalMaxPool
        case adaptiveAveragePool(Size2D)
        /// A linear layer along the last axis of a value with more than two.
        case tokenLinear(Linear)
        case matrixProduct
        case layerNormalization(LayerNormalization)
        case reduce(Reduction, axes: [Int])
        /// If channels are joined, parts may be written straight to where they belong.
        case concatenate(axis: Int, joinsChannels: Bool)
        case flatten
        case reshape
        case permute([Int])
        case slice(Slicing)
        case pad(Padding2D, value: Double)
        /// A copy in the other order of axes.
        case reorder
        case parameter(key: String)
        case selectChannels([Int])
        case softmax(axis: Int)
        case l2Normalize(axis: Int, epsilon: Double)
    }

    /// What becomes of the numbers along axes that go.
    enum Reduction {
        case mean
        case norm
    }

    enum Activation {
        case none
        case relu
        case prelu(key: String)
        case leakyReLU(slope: Double)
        case clip(minimum: Double, maximum: Double)
        case hardSwish
        /// Applied to each part of the result once it is stored, as the loops have no room for it.
        case curve(Curve)
    }

    /// The last node inside.
    var name: String
    var kind: Kind
    var input: String
    /// Further inputs of a concatenation.
    var otherInputs: [String] = []
    var output: String
    /// Pixels only: what is done with a second value after scale and shift, before the addition. Sizes of 1 are repeated in either.
    var combination: (kind: Combination, other: String)?
    /// Added before the activation; has the output's shape.
    var residual: String?
    /// What `residual` is added to, whose shape has to be the same.
    var summand: String?
    var activation = Activation.none
    /// Factor and term of each output channel, applied to the operation's result; a number alone stands for all channels.
    var scale: [Double]?
    var shift: [Double]?
    /// The same for the input, inside the image only: a batch normalization before zero padding.
    var inputScale: [Double]?
    var inputShift: [Double]?

    /// All values that it reads.
    var inputs: [String] {
        if case .parameter = kind { return [] }
        return [input] + otherInputs + (combination.map { [$0.other] } ?? []) + (residual.map { [$0] } ?? [])
    }

    /// Whether something may still be done to its result before it is stored.
    var takesMore: Bool {
        switch kind {
        case .convolution, .linear, .tokenLinear, .pixels: true
        case .pool, .globalAveragePool, .globalMaxPool, .adaptiveAveragePool, .matrixProduct, .layerNormalization, .reduce, .concatenate,
            .flatten, .reshape, .permute, .slice, .pad, .reorder, .parameter, .selectChannels, .softmax, .l2Normalize:
            false
        }
    }

    /// Whether a second value may be added to its result before it is stored: the loop of linear layers cannot add one.
    var takesResidual: Bool {
        if case .linear = kind { return false }
        return takesMore && residual == nil && !isActivated
    }

    /// Whether scale and shift may still change.
    var isAffine: Bool { takesMore && combination == nil && residual == nil && !isActivated }

    var isActivated: Bool { if case .none = activation { false } else { true } }

    /// Whether an activation may be applied to its result before it is stored.
    func takes(_ activation: Activation) -> Bool {
        guard takesMore, !isActivated else { return false }
        if case .prelu = activation, isAlongLastAxis { return false }
        if case .pixels = kind { return true }
        switch activation {
        case .none, .relu, .prelu, .leakyReLU, .hardSwish, .curve: return true
        // Other loops leave padding channels at what becomes of zero.
        case .clip(let minimum, let maximum): return minimum <= 0 && maximum >= 0
        }
    }
}

extension FusedLayer {
    var isConcatenation: Bool { if case .concatenate = kind { true } else { false } }

    var isParameter: Bool { if case .parameter = kind { true } else { false } }

    /// Whether factors, terms or slopes differ from channel to channel.
    var isPerChannel: Bool {
        if case .prelu = activation { return true }
        return [scale, shift].contains { ($0?.count ?? 1) > 1 }
    }

    /// Whether its channels are the last axis, not axis 1.
    var isAlongLastAxis: Bool { if case .tokenLinear = kind { true } else { false } }

    /// What it does, for people.
    var kindName: String { String("\(kind)".prefix { $0.isLetter || $0.isNumber }) }

    func unsupported(_ detail: String) -> InferenceError { .unsupported(node: name, operation: kindName, detail: detail) }

    /// Reads a value under a different name.
    mutating func rename(_ name: String, _ new: String) {
        if input == name { input = new }
        otherInputs = otherInputs.map { $0 == name ? new : $0 }
        if residual == name { residual = new }
        if let combination, combination.other == name { self.combination = (combination.kind, new) }
    }
}
