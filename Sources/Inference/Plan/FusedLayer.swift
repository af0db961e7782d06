import ConvertIR

/// One step of the fast executor: an operation with everything that is done to its result before it is stored.
struct FusedLayer {
    enum Kind {
        case convolution(Convolution)
        case linear(Linear)
        case pool(Pooling, isMaximum: Bool)
        case globalAveragePool
        /// Scale, shift, addition and activation alone.
        case pixels
        case concatenate
        case flatten
        case permute([Int])
        case selectChannels([Int])
        case softmax
        case l2Normalize(epsilon: Double)
    }

    enum Activation {
        case none
        case relu
        case prelu(key: String)
    }

    /// The last node inside.
    var name: String
    var kind: Kind
    var input: String
    /// Further inputs of a concatenation.
    var otherInputs: [String] = []
    var output: String
    /// Added before the activation.
    var residual: String?
    var activation = Activation.none
    /// Factor and term of each output channel, applied to the operation's result; a number alone stands for all channels.
    var scale: [Double]?
    var shift: [Double]?
    /// The same for the input, inside the image only: a batch normalization before zero padding.
    var inputScale: [Double]?
    var inputShift: [Double]?

    /// All values that it reads.
    var inputs: [String] { [input] + otherInputs + (residual.map { [$0] } ?? []) }

    /// Whether something may still be done to its result before it is stored.
    var takesMore: Bool {
        switch kind {
        case .convolution, .linear, .pixels: true
        case .pool, .globalAveragePool, .concatenate, .flatten, .permute, .selectChannels, .softmax, .l2Normalize: false
        }
    }

    /// Whether a second value may be added to its result before it is stored: the loop of linear layers cannot add one.
    var takesResidual: Bool { if case .linear = kind { false } else { isAffine } }

    /// Whether scale and shift may still change.
    var isAffine: Bool {
        guard takesMore, residual == nil else { return false }
        if case .none = activation { return true }
        return false
    }
}

extension FusedLayer {
    var isConcatenation: Bool { if case .concatenate = kind { true } else { false } }
}
