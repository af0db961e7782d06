import ConvertFiles
import ConvertIR
import ConvertInference
import ConvertJSON
import ConvertTensors
import Glibc
import TestSupport
import Testing

/// One recorded call of torch (fixtures/make_operations.py).
struct OperationFixture {
    let model: Model
    let input: PlainTensor
    let expected: PlainTensor

    static let names: [String] = {
        guard let folder = opendir(Fixtures.path("operations")) else { return [] }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            if name.hasSuffix(".json") { names.append(String(name.dropLast(5))) }
        }
        return names.sorted()
    }()

    init(_ name: String) throws {
        let root = try #require(try JSONParser.parse(try Fixtures.bytes(Fixtures.path("operations/\(name).json"))).object)
        input = try OperationFixture.array(try #require(root["input"]))
        expected = try OperationFixture.array(try #require(root["output"]))
        let attributes = try #require(root["attributes"]?.object)
        let weights = try #require(root["weights"]?.object).members.map { member in
            let array = try OperationFixture.array(member.value)
            let bytes = array.values.withUnsafeBytes { Array($0) }
            return (
                member.key,
                try Tensor(
                    dtype: .float64, shape: array.shape, storage: Storage(name: "test", bytes: ByteView(copying: bytes, name: "test")))
            )
        }
        let operation = try OperationFixture.operation(
            try #require(root["operation"]?.string), attributes, keys: Set(weights.map(\.0)))
        var nodes: [(output: String, operation: ConvertIR.Operation, inputs: [String])] = []
        if let operands = attributes["operands"]?.array?.compactMap(\.string) {
            nodes = [
                ("relu", .relu, ["input"]), ("mean", .globalAveragePool, ["input"]), ("first", .selectChannels([0]), ["input"]),
            ].filter { operands.contains($0.0) }
            nodes.append(("y", operation, operands))
        } else if case .add = operation {
            nodes = [("relu", .relu, ["input"]), ("y", operation, ["input", "relu"])]
        } else if case .concatenate = operation {
            nodes = [("relu", .relu, ["input"]), ("half", .multiply(0.5), ["input"]), ("y", operation, ["input", "relu", "half"])]
        } else if case .matrixProduct = operation {
            var axes = Array(input.shape.indices)
            axes.swapAt(axes.count - 2, axes.count - 1)
            nodes = [("turned", .permute(axes), ["input"]), ("y", operation, ["input", "turned"])]
        } else {
            nodes = [("y", operation, operation.kind == .parameter ? [] : ["input"])]
        }
        model = try Networks.model(
            input: input.shape.enumerated().map { $0.offset == 0 ? .batch : .fixed($0.element) }, nodes, outputs: ["y"],
            weights: weights)
    }

    private static func operation(_ name: String, _ attributes: JSONObject, keys: Set<String>) throws -> ConvertIR.Operation {
        func numbers(_ name: String) -> [Int] { attributes[name]?.array?.compactMap(\.integer) ?? [] }
        func size(_ name: String) throws -> Size2D {
            let both = numbers(name)
            try #require(both.count == 2)
            return Size2D(both[0], both[1])
        }
        func padding() throws -> Padding2D {
            let sides = numbers("padding")
            try #require(sides.count == 4)
            return Padding2D(top: sides[0], left: sides[1], bottom: sides[2], right: sides[3])
        }
        func pooling() throws -> Pooling {
            let ceilMode = attributes["ceil_mode"]?.boolean
            return Pooling(
                kernel: try size("kernel"), stride: try size("stride"), padding: try padding(), ceilMode: try #require(ceilMode as Bool?),
                countsPadding: attributes["count_padding"]?.boolean ?? false)
        }
        let bias = keys.contains("bias") ? "bias" : nil
        switch name {
        case "convolution":
            return .convolution(
                Convolution(
                    weight: "weight", bias: bias, stride: try size("stride"), padding: try padding(), dilation: try size("dilation"),
                    groups: try #require(attributes["groups"]?.integer)))
        case "batch_normalization":
            return .batchNormalization(
                BatchNormalization(
                    scale: keys.contains("scale") ? "scale" : nil, bias: bias, mean: "mean", variance: "variance",
                    epsilon: try #require(attributes["eps"]?.double)))
        case "prelu": return .prelu(slope: "slope")
        case "relu": return .relu
        case "sigmoid": return .sigmoid
        case "tanh": return .tanh
        case "clip":
            return .clip(minimum: attributes["minimum"]?.double ?? -.infinity, maximum: attributes["maximum"]?.double ?? .infinity)
        case "leaky_relu": return .leakyReLU(slope: try #require(attributes["slope"]?.double))
        case "hard_sigmoid": return .hardSigmoid(HardSigmoid())
        case "hard_swish": return .hardSwish
        case "gelu":
            let isApproximate = attributes["tanh"]?.boolean
            return .gelu(isApproximate: try #require(isApproximate as Bool?))
        case "add": return .add
        case "product": return .product
        case "maximum": return .maximum
        case "multiply": return .multiply(try #require(ChannelNumbers(json: attributes["constant"])))
        case "subtract": return .subtract(try #require(ChannelNumbers(json: attributes["constant"])))
        case "concatenate": return .concatenate(axis: try #require(attributes["axis"]?.integer))
        case "max_pool": return .maxPool(try pooling())
        case "average_pool": return .averagePool(try pooling())
        case "global_average_pool": return .globalAveragePool
        case "linear": return .linear(Linear(weight: "weight", bias: bias))
        case "flatten": return .flatten
        case "permute": return .permute(numbers("axes"))
        case "softmax": return .softmax(axis: try #require(attributes["axis"]?.integer))
        case "l2_normalize":
            return .l2Normalize(
                axis: try #require(attributes["axis"]?.integer), epsilon: try #require(attributes["eps"]?.double))
        case "layer_normalization":
            return .layerNormalization(
                LayerNormalization(
                    scale: keys.contains("scale") ? "scale" : nil, bias: bias, axes: try #require(attributes["axes"]?.integer),
                    epsilon: try #require(attributes["eps"]?.double)))
        case "matrix_product": return .matrixProduct
        case "reshape": return .reshape(numbers("shape"))
        case "slice":
            let bounds = try ["axis", "start", "end", "step"].map { try #require(attributes[$0]?.integer) }
            return .slice(Slicing(axis: bounds[0], start: bounds[1], end: bounds[2], step: bounds[3]))
        case "pad": return .pad(try padding(), value: try #require(attributes["value"]?.double))
        case "reduce_mean":
            return .reduceMean(axes: numbers("axes"), keepsAxes: try #require(attributes["keep_axes"]?.boolean as Bool?))
        case "reduce_l2": return .reduceL2(axes: numbers("axes"), keepsAxes: try #require(attributes["keep_axes"]?.boolean as Bool?))
        case "parameter": return .parameter(weight: "weight", isPerImage: true)
        case "adaptive_average_pool": return .adaptiveAveragePool(try size("size"))
        case "global_max_pool": return .globalMaxPool
        default: throw GraphError.malformedDocument(detail: name)
        }
    }

    private static func array(_ value: JSONValue) throws -> PlainTensor {
        let object = try #require(value.object)
        let shape = try #require(object["shape"]?.array).compactMap(\.integer)
        let values = try #require(object["values"]?.array).compactMap(\.double)
        #expect(values.count == shape.reduce(1, *))
        return PlainTensor(shape: shape, values: values)
    }
}

/// Every operation against the numbers that torch gives in float64.
@Suite struct OperationTests {
    @Test("There is a recorded sample of every operation") func everyOperationThatHasNumbersIsRecorded() throws {
        let recorded = Set(try OperationFixture.names.map { try OperationFixture($0).model.graph.nodes.last?.operation.name ?? "" })
        #expect(
            recorded == [
                "convolution", "batch_normalization", "prelu", "relu", "sigmoid", "tanh", "clip", "leaky_relu", "hard_sigmoid",
                "hard_swish", "gelu", "add", "product", "maximum", "multiply", "subtract", "concatenate", "max_pool",
                "average_pool", "global_average_pool", "linear", "flatten", "permute", "softmax", "l2_normalize", "layer_normalization",
                "matrix_product", "reshape", "slice", "pad", "reduce_mean", "reduce_l2", "parameter", "adaptive_average_pool",
                "global_max_pool",
            ])
    }

    @Test("The plain executor gives torch's numbers", arguments: OperationFixture.names)
    func thePlainExecutorGivesTorchsNumbers(_ name: String) throws {
        let fixture = try OperationFixture(name)
        let found = try #require(try PlainExecutor(fixture.model).run(fixture.input).first).tensor
        #expect(found.shape == fixture.expected.shape)
        let largest = fixture.expected.values.map(abs).max() ?? 0
        for (one, other) in zip(found.values, fixture.expected.values) {
            #expect(abs(one - other) <= 1e-12 * max(largest, 1e-300), "\(one) instead of \(other)")
        }
    }

    @Test("The fast executor gives torch's numbers to float precision", arguments: OperationFixture.names)
    func theFastExecutorGivesThemToFloatPrecision(_ name: String) throws {
        let fixture = try OperationFixture(name)
        let input = try Batch(shape: fixture.input.shape, values: fixture.input.values.map { Float($0) })
        for (isExact, loops) in Networks.waysToRun {
            var options = FastExecutor.Options()
            (options.isExact, options.loops) = (isExact, loops)
            let found = try #require(try FastExecutor(fixture.model, options: options).run(input).first).batch
            #expect(found.shape == fixture.expected.shape)
            let largest = fixture.expected.values.map(abs).max() ?? 0
            for (one, other) in zip(found.values, fixture.expected.values) {
                #expect(abs(Double(one) - other) <= 1e-6 * max(largest, 1e-30), "\(one) instead of \(other)")
            }
        }
    }
}
