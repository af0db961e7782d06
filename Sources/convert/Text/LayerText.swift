import ConvertFiles
import ConvertIR
import ConvertJSON

/// How many layers of each kind a network has.
enum LayerText {
    /// Kinds with their numbers, the most frequent first; equally frequent ones in the order of `OperationKind`.
    static func counts(_ graph: Graph) -> [(kind: OperationKind, count: Int)] {
        let counts = Dictionary(graph.nodes.map { ($0.operation.kind, 1) }, uniquingKeysWith: +)
        let found = OperationKind.allCases.compactMap { kind in counts[kind].map { (kind: kind, count: $0) } }
        return found.enumerated().sorted { ($1.element.count, $0.offset) < ($0.element.count, $1.offset) }.map(\.element)
    }

    /// Such as `21 convolutions, 20 batch normalizations, 1 linear layer`.
    static func line(_ counts: [(kind: OperationKind, count: Int)]) -> String {
        counts.map { NumberText.counted($0.count, word($0.kind), $0.kind == .softmax ? "softmaxes" : nil) }.joined(separator: ", ")
    }

    /// The numbers by the names that kinds have in files.
    static func json(_ counts: [(kind: OperationKind, count: Int)]) -> JSONObject {
        var object = JSONObject()
        for (kind, count) in counts { object.append(kind.rawValue, .integer(Int64(count))) }
        return object
    }

    /// A layer of a kind, in the singular.
    private static func word(_ kind: OperationKind) -> String {
        switch kind {
        case .convolution: "convolution"
        case .batchNormalization: "batch normalization"
        case .prelu: "PReLU"
        case .relu: "ReLU"
        case .sigmoid: "sigmoid"
        case .tanh: "tanh"
        case .clip: "clip"
        case .leakyReLU: "leaky ReLU"
        case .hardSigmoid: "hard sigmoid"
        case .hardSwish: "hard swish"
        case .gelu: "GELU"
        case .add: "addition"
        case .product: "product"
        case .maximum: "maximum"
        case .multiply: "constant multiplication"
        case .divide: "constant division"
        case .subtract: "constant subtraction"
        case .selectChannels: "channel selection"
        case .concatenate: "concatenation"
        case .maxPool: "max pooling"
        case .averagePool: "average pooling"
        case .globalAveragePool: "global average pooling"
        case .linear: "linear layer"
        case .flatten: "flattening"
        case .permute: "permutation"
        case .softmax: "softmax"
        case .l2Normalize: "L2 normalization"
        case .convertToFloat: "float conversion"
        case .layerNormalization: "layer normalization"
        case .matrixProduct: "matrix product"
        case .reshape: "reshape"
        case .slice: "slice"
        case .pad: "padding"
        case .reduceMean: "mean"
        case .reduceL2: "L2 norm"
        case .parameter: "stored tensor"
        case .adaptiveAveragePool: "adaptive average pooling"
        case .globalMaxPool: "global max pooling"
        }
    }
}
