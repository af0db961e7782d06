import ConvertIR
import Exporters
import TestSupport
import Testing

extension Networks {
    /// The networks of `fixtures/make_models.py`, from their checkpoints.
    static func source(_ name: String) throws -> Model { name == "branches" ? try branches() : try fixture("\(name).pth") }

    /// `Branches` is of no family, so its wiring is written out here as `make_models.py` has it.
    private static func branches() throws -> Model {
        let weights = try #require(try FormatRegistry.open(Fixtures.path("models/branches.pth")).weights)
        var nodes: [Node] = []
        func add(_ name: String, _ operation: Operation, _ inputs: [String]) -> String {
            nodes.append(Node(name: name, operation: operation, inputs: inputs, output: name))
            return name
        }
        func normalization(_ name: String, _ input: String) -> String {
            add(
                name,
                .batchNormalization(
                    BatchNormalization(
                        scale: "\(name).weight", bias: "\(name).bias", mean: "\(name).running_mean", variance: "\(name).running_var",
                        epsilon: 0.001)), [input])
        }
        func unit(_ name: String, _ input: String, stride: Int = 1, padding: Padding2D = Padding2D(0)) -> String {
            let convolution = Convolution(weight: "\(name).conv.weight", stride: Size2D(stride), padding: padding)
            return add("\(name).relu", .relu, [normalization("\(name).bn", add("\(name).conv", .convolution(convolution), [input]))])
        }
        let stem = unit("stem", "input", stride: 2)
        var branch = unit("branch1.0", stem)
        branch = unit("branch1.1", branch, padding: Padding2D(vertical: 0, horizontal: 3))
        branch = unit("branch1.2", branch, padding: Padding2D(vertical: 3, horizontal: 0))
        let joined = add("cat", .concatenate(axis: 1), [unit("branch0", stem), branch])
        let mixed = add("conv2d", .convolution(Convolution(weight: "conv2d.weight", bias: "conv2d.bias")), [joined])
        let block = add("relu", .relu, [add("add", .add, [add("scale", .multiply(0.17), [mixed]), stem])])
        let pool = add("pool", .maxPool(Pooling(kernel: Size2D(3), stride: Size2D(2))), [block])
        let reduced = add("cat2", .concatenate(axis: 1), [unit("reduce", block, stride: 2), pool])
        let flat = add("flat", .flatten, [add("mean", .globalAveragePool, [reduced])])
        let last = normalization("last_bn", add("last_linear", .linear(Linear(weight: "last_linear.weight")), [flat]))
        let output = add("embedding", .l2Normalize(axis: 1, epsilon: 1e-12), [last])
        return try Model(
            weights: weights,
            graph: Graph(
                inputs: [.init(name: "input", type: ValueType([.batch, .fixed(3), .fixed(33), .fixed(33)]))], nodes: nodes,
                outputs: [output]),
            contract: InputContract(
                height: 33, width: 33, standardDeviation: 128, crop: .none, embeddingLength: 12, isNormalized: true, metric: .cosine),
            architecture: .custom)
    }
}
