import ConvertFiles
import ConvertIR
import ConvertTensors
import Exporters
import TestSupport
import Testing
import Verifier

@testable import Exporters

/// Files that torch's two exporters and onnxsim wrote.
@Suite struct ONNXForeignTests {
    static let irFolded = ["add": 8, "batch_normalization": 10, "convolution": 21, "flatten": 1, "linear": 1, "prelu": 9]
    static let branches = [
        "add": 1, "concatenate": 2, "convolution": 7, "flatten": 1, "global_average_pool": 1, "l2_normalize": 1, "linear": 1,
        "max_pool": 1, "multiply": 1, "relu": 7,
    ]
    /// Nodes by operation. Each exporter folds as far as it goes: torchscript not behind a linear layer, onnxsim constants into layers.
    static let expected: [(name: String, operations: [String: Int])] = [
        ("ir_small_torchscript", irFolded), ("ir_small_onnxsim", irFolded),
        ("ir_small_torchscript_unfolded", irFolded.merging(["batch_normalization": 31]) { $1 }),
        ("ir_small_dynamo", irFolded.merging(["batch_normalization": 9]) { $1 }),
        ("ir_small_dynamo_external", irFolded.merging(["batch_normalization": 9]) { $1 }),
        ("branches_torchscript", branches.merging(["batch_normalization": 1]) { $1 }),
        ("branches_torchscript_unfolded", branches.merging(["batch_normalization": 7]) { $1 }),
        ("branches_onnxsim", branches.merging(["batch_normalization": 1]) { $1 }.filter { $0.key != "multiply" }),
        ("branches_dynamo", branches), ("branches_dynamo_external", branches),
    ]

    @Test("A file written by a different program becomes a complete graph", arguments: expected.indices)
    func anotherProgramsFileBecomesAGraph(_ index: Int) throws {
        let (name, operations) = ONNXForeignTests.expected[index]
        let opened = try FormatRegistry.open(Fixtures.path("models/\(name).onnx"))
        #expect(opened.documentError == nil, "\(opened.documentError.map { "\($0)" } ?? "")")
        #expect(opened.document?.isComplete == false)
        let model = try #require(try OpenedModel(opened).content.model)
        #expect(model.graph.nodes.reduce(into: [:]) { $0[$1.operation.name, default: 0] += 1 } == operations)
        let (size, length) = name.hasPrefix("ir_small") ? (112, 16) : (33, 12)
        #expect(model.graph.inputs.map(\.name) == ["input"] && model.graph.outputs == ["embedding"])
        #expect(model.valueTypes["input"]?.description == "[batch, 3, \(size), \(size)]")
        #expect(model.valueTypes["embedding"]?.description == "[batch, \(length)]")
        #expect(model.contract.height == size && model.contract.embeddingLength == length)
        #expect(model.contract.isNormalized == name.hasPrefix("branches"))

        // Every initializer is a weight that a node reads, or a number or shape that went into a node.
        let raw = try ONNXTrip.raw(Fixtures.path("models/\(name).onnx"))
        #expect(model.unusedKeys.isEmpty, "\(model.unusedKeys)")
        for initializer in raw.initializers where opened.weights?[initializer.name] == nil {
            #expect(initializer.shape.reduce(1, *) <= 2, "\(initializer.name) is lost")
        }
        // What was read can be written, and comes back the same.
        try ONNXTrip.check(model)
    }

    /// Without folding, the exporter keeps the state dict's own tensors.
    @Test("An unfolded file holds the checkpoint's tensors, bit for bit", arguments: ["ir_small", "branches"])
    func unfoldedFilesHoldTheCheckpointsTensors(_ name: String) throws {
        let model = try ONNXTrip.model("\(name)_torchscript_unfolded.onnx")
        let source = try #require(try FormatRegistry.open(Fixtures.path("models/\(name).pth")).weights)
        var compared = 0
        for entry in model.weights.entries {
            guard let tensor = source[entry.name] else { continue }
            try BitwiseComparison.check(entry.tensor, against: tensor, name: entry.name, file: name)
            compared += 1
        }
        // PReLU's slopes are written with further axes under names of their own.
        let slopes = model.graph.nodes.filter { $0.operation.name == "prelu" }.count
        #expect(compared + slopes >= source.entries.filter { !$0.name.hasSuffix("num_batches_tracked") }.count, "\(compared) compared")
    }

    @Test("An unfolded file has the same layers as the checkpoint") func theUnfoldedNetworkIsTheCheckpointsNetwork() throws {
        let (theirs, ours) = (try ONNXTrip.model("ir_small_torchscript_unfolded.onnx"), try ONNXTrip.model("ir_small.pth"))
        // The order of parallel branches is each program's own.
        func layers(_ model: Model) -> [String] {
            model.graph.nodes.map { node in
                let type = model.valueTypes[node.output]?.description ?? ""
                guard case .convolution(let layer) = node.operation else { return "\(node.operation.name) \(type)" }
                return "\(type) \(layer.weight) \(layer.stride) \(layer.padding) \(layer.dilation) \(layer.groups)"
            }.sorted()
        }
        #expect(layers(theirs) == layers(ours))
    }

    @Test("Weights that onnxsim folded equal the checkpoint's times the constant")
    func onnxsimsFoldedConstantsAreTheCheckpointsTimesThem() throws {
        let model = try ONNXTrip.model("branches_onnxsim.onnx")
        let source = try #require(try FormatRegistry.open(Fixtures.path("models/branches.pth")).weights)
        let layer = model.graph.nodes.compactMap { node in
            if case .convolution(let layer) = node.operation, node.name.contains("conv2d") { layer } else { nil }
        }.first
        let key = try #require(layer).weight
        let folded = try #require(model.weights[key]).doubles()
        let plain = try #require(source["conv2d.weight"]).doubles()
        for (one, other) in zip(folded, plain) { #expect(abs(one - other * 0.17) < 1e-6) }
        #expect(folded.count == plain.count)
    }

    @Test("Metadata from other writers is preserved") func metadataOfOtherWritersIsKept() throws {
        var bytes = try Fixtures.bytes(Fixtures.path("models/branches_dynamo.onnx"))
        bytes +=
            Message {
                $0.message(14) { entry in
                    entry.text(1, "author"); entry.text(2, "somebody")
                }
            }.bytes
        let path = "\(Fixtures.temporaryFolder())/t.onnx"
        Fixtures.write(bytes, to: path)
        #expect(try FormatRegistry.open(path).weights?.metadata["author"] == .string("somebody"))
    }
}
