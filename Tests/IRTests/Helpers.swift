import ConvertFiles
import ConvertIR
import ConvertJSON
import ConvertTensors

/// Small tensors, weights and models for the tests of this target.
enum Sample {
    /// A float32 tensor of these numbers.
    static func tensor(_ values: [Float], _ shape: [Int]) throws -> Tensor {
        let bytes = values.flatMap { value in withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) } }
        return try Tensor(dtype: .float32, shape: shape, storage: Storage(name: "test", bytes: ByteView(copying: bytes, name: "test")))
    }

    /// A float32 tensor of different numbers, none of them zero.
    static func tensor(_ shape: [Int], seed: Int = 1) throws -> Tensor {
        let count = shape.reduce(1, *)
        return try tensor((0..<count).map { Float(($0 &* 37 &+ seed &* 11) % 64 + 1) / 32 }, shape)
    }

    static func tensor(doubles values: [Double], _ shape: [Int]) throws -> Tensor {
        let bytes = values.flatMap { value in withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) } }
        return try Tensor(dtype: .float64, shape: shape, storage: Storage(name: "test", bytes: ByteView(copying: bytes, name: "test")))
    }

    static func integers(_ values: [Int64], _ shape: [Int]) throws -> Tensor {
        let bytes = values.flatMap { value in withUnsafeBytes(of: value.littleEndian) { Array($0) } }
        return try Tensor(dtype: .int64, shape: shape, storage: Storage(name: "test", bytes: ByteView(copying: bytes, name: "test")))
    }

    static func weights(_ tensors: [(String, Tensor)]) -> Weights {
        Weights(
            entries: tensors.map { Weights.Entry(name: $0.0, tensor: $0.1) },
            provenance: Provenance(source: "a.pth", format: "pth", stateDictPath: "model"))
    }

    /// Weights of these shapes.
    static func weights(_ shapes: KeyValuePairs<String, [Int]>) throws -> Weights {
        weights(try shapes.enumerated().map { ($1.key, try tensor($1.value, seed: $0)) })
    }

    static func input(_ shape: [Dimension], elements: ElementType = .float32) -> Graph.Input {
        Graph.Input(name: "input", type: ValueType(shape, elements: elements))
    }

    /// A graph whose nodes follow one another, each named as its value.
    static func chain(_ shape: [Dimension], _ steps: KeyValuePairs<String, Operation>) -> Graph {
        var nodes: [Node] = []
        for (name, operation) in steps {
            nodes.append(Node(name: name, operation: operation, inputs: [nodes.last?.output ?? "input"], output: name))
        }
        return Graph(inputs: [input(shape)], nodes: nodes, outputs: [nodes.last?.output ?? "input"])
    }

    static let contract = InputContract(
        height: 16, width: 16, standardDeviation: 128, crop: .mtcnn(margin: 16), embeddingLength: 5, isNormalized: false, metric: .cosine)

    static func model(_ graph: Graph, _ weights: Weights) throws -> Model {
        try Model(weights: weights, graph: graph, contract: contract, architecture: .custom)
    }

    /// A graph in which every operation stands, with attributes that are not the usual ones.
    static let everything = Graph(
        inputs: [
            Graph.Input(name: "pixels", type: ValueType([.batch, .fixed(3), .fixed(16), .symbol("width")], elements: .uint8)),
            Graph.Input(name: "input", type: ValueType([.batch, .fixed(3), .fixed(16), .fixed(16)])),
        ],
        nodes: [
            Node(name: "cast", operation: .convertToFloat, inputs: ["pixels"], output: "cast"),
            Node(name: "select", operation: .selectChannels([2, 1, 0]), inputs: ["input"], output: "select"),
            Node(name: "div", operation: .divide(ChannelNumbers([2, 4, 3]) ?? 1), inputs: ["select"], output: "div"),
            Node(name: "sub", operation: .subtract(127.5), inputs: ["div"], output: "sub"),
            Node(name: "mul", operation: .multiply(0.1), inputs: ["sub"], output: "mul"),
            Node(
                name: "conv",
                operation: .convolution(
                    Convolution(
                        weight: "conv.weight", bias: "conv.bias", stride: Size2D(2, 1),
                        padding: Padding2D(top: 1, left: 0, bottom: 2, right: 3),
                        dilation: Size2D(2, 1))), inputs: ["mul"], output: "conv"),
            Node(
                name: "bn",
                operation: .batchNormalization(
                    BatchNormalization(scale: "bn.weight", bias: "bn.bias", mean: "bn.mean", variance: "bn.var", epsilon: 0.001)),
                inputs: ["conv"], output: "bn"),
            Node(name: "prelu", operation: .prelu(slope: "prelu.weight"), inputs: ["bn"], output: "prelu"),
            Node(
                name: "depthwise", operation: .convolution(Convolution(weight: "dw.weight", groups: 4)), inputs: ["prelu"],
                output: "depthwise"),
            Node(name: "relu", operation: .relu, inputs: ["depthwise"], output: "relu"),
            Node(name: "add", operation: .add, inputs: ["relu", "prelu"], output: "add"),
            Node(name: "sigmoid", operation: .sigmoid, inputs: ["add"], output: "sigmoid"),
            Node(name: "tanh", operation: .tanh, inputs: ["add"], output: "tanh"),
            Node(name: "clip", operation: .clip(minimum: -0.5, maximum: 6), inputs: ["add"], output: "clip"),
            Node(name: "most", operation: .clip(minimum: -.infinity, maximum: 6), inputs: ["add"], output: "most"),
            Node(name: "leaky", operation: .leakyReLU(slope: 0.1), inputs: ["add"], output: "leaky"),
            Node(name: "gate", operation: .hardSigmoid(HardSigmoid()), inputs: ["add"], output: "gate"),
            Node(name: "steep", operation: .hardSigmoid(HardSigmoid(alpha: 0.2, beta: 0.25)), inputs: ["add"], output: "steep"),
            Node(name: "swish", operation: .hardSwish, inputs: ["add"], output: "swish"),
            Node(name: "gelu", operation: .gelu(isApproximate: false), inputs: ["add"], output: "gelu"),
            Node(name: "near", operation: .gelu(isApproximate: true), inputs: ["add"], output: "near"),
            Node(name: "product", operation: .product, inputs: ["sigmoid", "tanh"], output: "product"),
            Node(name: "maximum", operation: .maximum, inputs: ["product", "gelu"], output: "maximum"),
            Node(
                name: "bare",
                operation: .batchNormalization(
                    BatchNormalization(scale: nil, bias: nil, mean: "bn.mean", variance: "bn.var", epsilon: 0.001)),
                inputs: ["maximum"], output: "bare"),
            Node(
                name: "counted",
                operation: .averagePool(Pooling(kernel: Size2D(3), stride: Size2D(1), padding: Padding2D(1), countsPadding: true)),
                inputs: ["bare"], output: "counted"),
            Node(name: "cat", operation: .concatenate(axis: 1), inputs: ["add", "prelu"], output: "cat"),
            Node(
                name: "max",
                operation: .maxPool(
                    Pooling(
                        kernel: Size2D(3, 2), stride: Size2D(2), padding: Padding2D(top: 1, left: 0, bottom: 0, right: 1), ceilMode: true)
                ), inputs: ["cat"], output: "max"),
            Node(
                name: "average", operation: .averagePool(Pooling(kernel: Size2D(2), stride: Size2D(1))), inputs: ["max"],
                output: "average"),
            Node(name: "permute", operation: .permute([0, 1, 3, 2]), inputs: ["average"], output: "permute"),
            Node(name: "soft", operation: .softmax(axis: 1), inputs: ["permute"], output: "soft"),
            Node(name: "global", operation: .globalAveragePool, inputs: ["soft"], output: "global"),
            Node(name: "flatten", operation: .flatten, inputs: ["global"], output: "flatten"),
            Node(
                name: "linear", operation: .linear(Linear(weight: "fc.weight", bias: "fc.bias")), inputs: ["flatten"], output: "linear"),
            Node(name: "norm", operation: .l2Normalize(axis: 1, epsilon: 1e-12), inputs: ["linear"], output: "embedding"),
            Node(name: "parts", operation: .adaptiveAveragePool(Size2D(3, 2)), inputs: ["add"], output: "parts"),
            Node(
                name: "frame", operation: .pad(Padding2D(top: 1, left: 0, bottom: 0, right: 1), value: 0.5), inputs: ["parts"],
                output: "frame"),
            Node(name: "largest", operation: .globalMaxPool, inputs: ["frame"], output: "largest"),
            Node(name: "tokens", operation: .reshape([0, 4, -1]), inputs: ["frame"], output: "tokens"),
            Node(
                name: "layer",
                operation: .layerNormalization(LayerNormalization(scale: "ln.weight", bias: "ln.bias", axes: 2, epsilon: 1e-6)),
                inputs: ["tokens"], output: "layer"),
            Node(name: "token", operation: .parameter(weight: "token", isPerImage: true), inputs: [], output: "token"),
            Node(name: "slice", operation: .slice(Slicing(axis: 2, start: -1, end: 0, step: -3)), inputs: ["token"], output: "slice"),
            Node(name: "matrices", operation: .matrixProduct, inputs: ["slice", "layer"], output: "matrices"),
            Node(name: "mean", operation: .reduceMean(axes: [1], keepsAxes: true), inputs: ["matrices"], output: "mean"),
            Node(name: "length", operation: .reduceL2(axes: [1, 2], keepsAxes: false), inputs: ["mean"], output: "length"),
        ],
        outputs: ["embedding", "soft", "cast", "largest", "length"])

    static func everythingWeights() throws -> Weights {
        try weights([
            "conv.weight": [4, 3, 3, 3], "conv.bias": [4], "bn.weight": [4], "bn.bias": [4], "bn.mean": [4], "bn.var": [4],
            "prelu.weight": [4], "dw.weight": [4, 1, 1, 1], "fc.weight": [5, 8], "fc.bias": [5], "ln.weight": [4, 12],
            "ln.bias": [4, 12], "token": [1, 4, 12], "unused": [2],
        ])
    }
}
