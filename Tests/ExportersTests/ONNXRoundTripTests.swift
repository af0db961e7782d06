import ConvertFiles
import ConvertIR
import ConvertTensors
import Exporters
import TestSupport
import Testing
import Verifier

@testable import Exporters

/// What goes into ONNX comes out: graph, tensors, contract, at every operator set and in every form.
@Suite struct ONNXRoundTripTests {
    static let sources = ["ir_small.pth", "branches_torchscript_unfolded.onnx", "detector"]

    private func source(_ name: String) throws -> Model { name == "detector" ? try ONNXTrip.detector() : try ONNXTrip.model(name) }

    @Test("A model comes back the same at every operator set", arguments: sources, Array(11...22))
    func everyOperatorSetComesBackTheSame(_ name: String, opset: Int) throws {
        let (opened, path) = try ONNXTrip.check(try source(name), ONNXTrip.options(opset: opset))
        let raw = try ONNXTrip.raw(path)
        #expect(raw.opset == opset)
        // The lowest that the set needs (onnx docs/Versioning.md).
        let versions = [11: 6, 12: 7, 13: 7, 14: 7, 15: 8, 16: 8, 17: 8, 18: 8, 19: 9, 20: 9, 21: 10, 22: 10]
        #expect(raw.irVersion == versions[opset])
        #expect(opened.facts.contains { $0.name == "operator set" && $0.text == "\(opset)" })
        for node in raw.nodes where node.operatorName == "Softmax" {
            guard case .integer(let axis)? = node["axis"] else {
                Issue.record("no axis")
                continue
            }
            // Before 13 a softmax sums over all axes from its own on.
            #expect(axis == (opset < 13 ? 3 : 1))
        }
        for node in raw.nodes where node.operatorName == "ReduceL2" { #expect((node["axes"] == nil) == (opset > 17)) }
    }

    @Test("Inputs and outputs have familiar names and shapes") func inputsAndOutputsHaveTheNamesThatUsersKnow() throws {
        let raw = try ONNXTrip.raw(try ONNXTrip.check(try ONNXTrip.model("ir_small.pth")).path)
        #expect(raw.inputs.map(\.name) == ["input"] && raw.outputs.map(\.name) == ["embedding"])
        func sizes(_ value: ONNXValue?) -> [String] { (value?.shape ?? []).map { "\($0)" } }
        #expect(sizes(raw.inputs.first) == ["symbol(\"batch\")", "fixed(3)", "fixed(112)", "fixed(112)"])
        #expect(sizes(raw.outputs.first) == ["symbol(\"batch\")", "fixed(16)"])
        #expect(Set(raw.nodes.map(\.operatorName)) == ["Conv", "BatchNormalization", "PRelu", "Add", "Flatten", "Gemm"])
    }

    @Test("PReLU slopes are written along the channels and read as vectors")
    func slopesAreWrittenAlongTheChannelsAndReadAsVectors() throws {
        let model = try ONNXTrip.model("ir_small.pth")
        let (opened, path) = try ONNXTrip.check(model)
        let raw = try ONNXTrip.raw(path)
        let slopes = raw.nodes.filter { $0.operatorName == "PRelu" }.map { $0.inputs[1] }
        #expect(slopes.count == 9)
        for slope in slopes {
            let written = try #require(raw.initializers.first { $0.name == slope }).shape
            let channels = try #require(model.weights[slope]?.shape.first)
            #expect(written == [Int64(channels), 1, 1], "\(slope)")
            #expect(opened.weights?[slope]?.shape == [channels])
        }
        // One number for all channels stays one number.
        let detector = try ONNXTrip.raw(try ONNXTrip.check(try ONNXTrip.detector()).path)
        #expect(detector.initializers.first { $0.name == "one.weight" }?.shape == [1])
    }

    @Test("Tensors that no node reads come back in their original order") func tensorsThatNoNodeReadsComeBackInTheirPlace() throws {
        let model = try ONNXTrip.model("ir_small.pth")
        let (opened, path) = try ONNXTrip.check(model)
        #expect(model.unusedKeys.count == 31)
        #expect(opened.weights?.entries.map(\.name) == model.weights.entries.map(\.name))
        #expect(
            try opened.weights?["input_layer.1.num_batches_tracked"]?.doubles()
                == model.weights["input_layer.1.num_batches_tracked"]?.doubles())
        // Runtimes would warn about initializers that nothing reads.
        #expect(try ONNXTrip.raw(path).initializers.count == model.graph.weightKeys.count)
    }

    static let plans: [(name: String, plan: ExportPlan)] = {
        var folded = ExportPlan()
        folded.foldsBatchNorm = true
        var normal = ExportPlan()
        normal.normalizes = true
        var floats = ExportPlan()
        floats.embeddedPixels = .float32
        var all = ExportPlan()
        (all.foldsBatchNorm, all.normalizes, all.embeddedPixels, all.precision) = (true, true, .uint8, .float16)
        return [("folded", folded), ("normalized", normal), ("embedded", floats), ("all at once", all)]
    }()

    @Test("Folded, normalized and embedded models come back the same", arguments: plans.indices, [11, 17, 22])
    func changedModelsComeBackTheSame(_ index: Int, opset: Int) throws {
        let plan = ONNXRoundTripTests.plans[index].plan
        let opened = try OpenedModel(try FormatRegistry.open(Fixtures.path("models/ir_small.pth")))
        let model = try #require(try plan.apply(to: opened, for: ONNXFormat.self).content.model)
        #expect(model.graph != opened.content.model?.graph)
        let path = try ONNXTrip.check(model, ONNXTrip.options(opset: opset)).path
        let raw = try ONNXTrip.raw(path)
        if plan.foldsBatchNorm { #expect(raw.nodes.filter { $0.operatorName == "BatchNormalization" }.count == 9) }
        if plan.normalizes { #expect(raw.nodes.last?.operatorName == "Div" && raw.nodes.last?.outputs == ["embedding"]) }
        if plan.embeddedPixels != nil { #expect(raw.nodes.prefix(5).contains { $0.name.hasPrefix("Sub") }) }
        if plan.embeddedPixels == .uint8 { #expect(raw.inputs.first?.elementType == ONNXElementType.uint8) }
    }

    @Test(
        "16-bit weights are read through a cast",
        arguments: [(WeightPrecision.float16, 11), (.float16, 17), (.bfloat16, 13), (.bfloat16, 22)])
    func narrowWeightsAreReadThroughACast(_ precision: WeightPrecision, opset: Int) throws {
        let model = try ONNXTrip.model("ir_small.pth")
        let rounded = try Model(
            weights: try model.weights.rounded(to: precision), graph: model.graph, contract: model.contract,
            architecture: model.architecture)
        let (opened, path) = try ONNXTrip.check(rounded, ONNXTrip.options(opset: opset))
        let raw = try ONNXTrip.raw(path)
        #expect(raw.nodes.filter { $0.operatorName == "Cast" }.count == model.graph.weightKeys.count)
        #expect(raw.inputs.first?.elementType == ONNXElementType.float32 && raw.outputs.first?.elementType == ONNXElementType.float32)
        #expect(opened.weights?["output_layer.3.weight"]?.dtype == precision.dtype)
    }

    @Test("float64 weights are read through a cast, and types that ONNX cannot hold are refused")
    func float64WeightsAreReadThroughACast() throws {
        let graph = Graph(
            inputs: [.init(name: "input", type: ValueType([.batch, .fixed(3)]))],
            nodes: [Node(name: "fc", operation: .linear(Linear(weight: "w")), inputs: ["input"], output: "o")], outputs: ["o"])
        func model(_ dtype: DType) throws -> Model {
            try Model(
                weights: FlatExport.weights([("w", try FlatExport.tensor(dtype, [2, 3]))]), graph: graph,
                contract: try ONNXTrip.detector().contract,
                architecture: .custom)
        }
        let path = try ONNXTrip.check(try model(.float64)).path
        #expect(try ONNXTrip.raw(path).nodes.map(\.operatorName) == ["Cast", "Gemm"])
        #expect(throws: ONNXError.cannotHold(name: "w", what: "float8_e5m2")) { try ONNXTrip.check(try model(.float8E5M2)) }
        #expect(throws: ONNXError.needsOpset(13, what: "w as bfloat16", given: 12)) {
            try ONNXTrip.check(try model(.bfloat16), ONNXTrip.options(opset: 12))
        }
    }

    @Test("Operator sets outside the supported range are refused", arguments: [Int.min, 0, 10, 23, Int.max])
    func otherOperatorSetsAreRefused(_ opset: Int) {
        #expect(throws: ONNXError.opsetOutOfRange(opset)) { try ONNXTrip.check(try ONNXTrip.detector(), ONNXTrip.options(opset: opset)) }
    }

    @Test("A model with external data comes back the same") func externalDataComesBackTheSame() throws {
        let model = try ONNXTrip.model("ir_small.pth")
        let (opened, path) = try ONNXTrip.check(model, ONNXTrip.options(isExternal: true))
        #expect(opened.sources.map(\.name) == ["t.onnx", "t.onnx.data"])
        let raw = try ONNXTrip.raw(path)
        var seen = 0
        for tensor in raw.initializers {
            guard case .external(let entries) = tensor.content else { continue }
            seen += 1
            #expect(entries.first { $0.key == "location" }?.value == "t.onnx.data")
            #expect(Int(entries.first { $0.key == "offset" }?.value ?? "1").map { $0 % 4096 } == 0)
        }
        #expect(seen > 10)
        // Bytes of the file and of its data are told apart.
        #expect(opened.groups.reduce(0) { $0 + $1.byteCount } == opened.file.bytes.count)
        let kept = model.graph.weightKeys.compactMap { model.weights[$0]?.byteCount }.filter { $0 < 1024 }
        #expect(opened.groups.first?.name == "backbone" && opened.groups.first?.byteCount == kept.reduce(0, +))
    }

    @Test("The same model gives the same bytes in any folder, without paths in them")
    func theSameModelGivesTheSameBytesWithoutPathsInAnyFolder() throws {
        let model = try ONNXTrip.model("ir_small.pth")
        for isExternal in [false, true] {
            let (first, second) = (
                try ONNXTrip.check(model, ONNXTrip.options(isExternal: isExternal)).path,
                try ONNXTrip.check(model, ONNXTrip.options(isExternal: isExternal)).path
            )
            #expect(first != second)
            let bytes = try Fixtures.bytes(first)
            #expect(bytes == (try Fixtures.bytes(second)))
            if isExternal { #expect(try Fixtures.bytes(first + ".data") == Fixtures.bytes(second + ".data")) }
            for word in ["/tmp", "convert-test", Fixtures.root, "fixtures/"] {
                #expect(bytes.firstRange(of: Array(word.utf8)) == nil, "\(word)")
            }
            #expect(bytes.firstRange(of: Array("ir_small.pth".utf8)) != nil)
        }
    }

    @Test("Ambiguous names and names that ONNX cannot hold are refused") func namesThatWouldMeanTwoThingsAreRefused() throws {
        func model(_ weight: String, _ value: String) throws -> Model {
            try Model(
                weights: FlatExport.weights([(weight, try FlatExport.tensor(.float32, [2, 3]))]),
                graph: Graph(
                    inputs: [.init(name: "input", type: ValueType([.batch, .fixed(3)]))],
                    nodes: [Node(name: "fc", operation: .linear(Linear(weight: weight)), inputs: ["input"], output: value)],
                    outputs: [value]), contract: try ONNXTrip.detector().contract, architecture: .custom)
        }
        #expect(throws: ONNXError.nameCollision(name: "w")) { try ONNXTrip.check(try model("w", "w")) }
        #expect(throws: ONNXError.nameCollision(name: "input")) { try ONNXTrip.check(try model("input", "o")) }
        #expect(throws: ONNXError.nameCollision(name: "(a tensor without a name)")) { try ONNXTrip.check(try model("", "o")) }
        #expect(throws: ONNXError.cannotHold(name: "a\0b", what: "a name with a zero byte in it")) {
            try ONNXTrip.check(try model("a\0b", "o"))
        }
        try ONNXTrip.check(try model("größe \"weight\"\n", "o p"))
        // An export gives the value a different name first.
        let renamed = try model("w", "w").namingValuesApartFromWeights()
        #expect(renamed.graph.outputs == ["w.value"] && renamed.graph.weightKeys == ["w"])
        try ONNXTrip.check(renamed)
    }

    @Test("Weights without a graph are refused") func bareWeightsAreRefused() throws {
        let output = try OutputFile(target: "\(Fixtures.temporaryFolder())/t.onnx", replacing: false, inputs: [])
        #expect(throws: ONNXError.self) {
            try ONNXFormat.write(.weights(try ONNXTrip.detector().weights), to: output, options: ExportOptions())
        }
    }
}
