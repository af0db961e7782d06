import ConvertFiles
import ConvertIR
import ConvertInference
import ConvertJSON
import ConvertTensors
import Exporters
import PthReader
import TestSupport
import Testing
import Verifier

/// `convert verify`: every kind of damage and change is found and named.
@Suite struct VerifyCommandTests {
    let folder = Fixtures.temporaryFolder()
    let source = Fixtures.path("models/ir_small.pth")

    /// Exports the small network; returns the file's path and bytes.
    private func export(_ name: String, _ options: [String] = []) throws -> (path: String, bytes: [UInt8]) {
        let path = "\(folder)/\(name)"
        let run = try CommandRun([source, path, "--verify", "none"] + options)
        #expect(run.status == 0, "\(run.errors)")
        return (path, try Fixtures.bytes(path))
    }

    private func verify(_ path: String, _ options: [String] = []) throws -> CommandRun {
        try CommandRun(["verify", path, "--against", source] + options)
    }

    /// Bytes of one weight as every format stores them, except compressed HDF5.
    private func weight(_ name: String) throws -> [UInt8] {
        try #require(try FormatRegistry.open(source).weights?[name]).cOrderBytes().array
    }

    /// Offset of a weight's bytes in a file.
    private func place(of weight: [UInt8], in bytes: [UInt8]) throws -> Int {
        let (first, count) = (weight[0], weight.count)
        return try #require(
            bytes.indices.first { bytes[$0] == first && $0 + count <= bytes.count && bytes[$0..<$0 + count].elementsEqual(weight) })
    }

    static let flipped = "body.2.0.residual.1.weight"

    @Test("A flipped bit is a difference that names its tensor", arguments: ["onnx", "safetensors"])
    func aFlippedBitIsADifferenceThatNamesItsTensor(_ ending: String) throws {
        var (path, bytes) = try export("x.\(ending)")
        #expect(try verify(path).status == 0)
        bytes[try place(of: try weight(VerifyCommandTests.flipped), in: bytes) + 100] ^= 1
        Fixtures.write(bytes, to: path)
        let run = try verify(path)
        #expect(run.status == 1, "\(run.errors)")
        #expect(run.output.contains("\(VerifyCommandTests.flipped) differs in 1 of "), "\(run.output)")
        #expect(run.output.contains("NOT the same network"))
        let json = try #require(try JSONParser.parse(Array(try verify(path, ["--json"]).output.utf8)).object)
        #expect(json["same"]?.boolean == false)
        let differences = try #require(json["tensors"]?.object?["differences"]?.array)
        #expect(differences.compactMap { $0.object?["name"]?.string } == [VerifyCommandTests.flipped])
    }

    @Test("A flipped bit that a checksum reveals is an error", arguments: ["h5", "flat", "pth"])
    func aFlippedBitThatAChecksumRevealsIsAnError(_ ending: String) throws {
        var (path, bytes) = try export("x.\(ending)")
        #expect(try verify(path).status == 0)
        bytes[try place(of: try weight(VerifyCommandTests.flipped), in: bytes) + 100] ^= 1
        Fixtures.write(bytes, to: path)
        let run = try verify(path)
        #expect(run.status == 2, "\(run.output)")
        // The storage in a checkpoint, the dataset in HDF5.
        let named = ["pth": "/data/", "h5": "/body/2/0/residual/1/weight"][ending] ?? VerifyCommandTests.flipped
        #expect(run.errors.contains(named), "\(run.errors)")
    }

    @Test(
        "A flipped bit with a corrected checksum is a difference that names its tensor",
        arguments: ["onnx", "safetensors", "h5", "flat", "pth"])
    func aFlippedBitBehindARightChecksumIsADifferenceThatNamesItsTensor(_ ending: String) throws {
        let model = try #require(try OpenedModel(try FormatRegistry.open(source)).content.model)
        let entries = try model.weights.entries.map { entry in
            guard entry.name == VerifyCommandTests.flipped else { return entry }
            var bytes = try weight(entry.name)
            bytes[101] ^= 0x10
            let storage = Storage(name: "test", bytes: ByteView(copying: bytes, name: "test"))
            return Weights.Entry(
                name: entry.name, tensor: try Tensor(dtype: .float32, shape: entry.tensor.shape, storage: storage))
        }
        let weights = Weights(entries: entries, metadata: model.weights.metadata, provenance: model.weights.provenance)
        let changed = try Model(weights: weights, graph: model.graph, contract: model.contract, architecture: model.architecture)
        let output = try OutputFile(target: "\(folder)/bit.\(ending)", replacing: false, inputs: [])
        let format = try #require(FormatRegistry.format(forOutput: output.target))
        for file in try format.write(.model(changed), to: output, options: ExportOptions()) + [output] { try file.commit() }
        let run = try verify(output.target)
        #expect(run.status == 1, "\(run.output) \(run.errors)")
        #expect(run.output.contains("\(VerifyCommandTests.flipped) differs in 1 of "), "\(run.output)")
    }

    @Test(
        "Image sizes of any magnitude in a file are refused without a trap",
        arguments: [[1 << 40, 1 << 40], [1 << 30, 1 << 30], [0, 5], [1 << 20, 1 << 10]])
    func imagesOfAnySizeThatAFileAsksForAreRefusedWithoutATrap(_ size: [Int]) throws {
        let graph = Graph(
            inputs: [.init(name: "x", type: ValueType([.batch, .fixed(3)] + size.map { .fixed($0) }))],
            nodes: [Node(name: "y", operation: .relu, inputs: ["x"], output: "y")], outputs: ["y"])
        let model = try Model(
            weights: Weights(entries: [], provenance: Provenance(source: "", format: "", stateDictPath: "")), graph: graph,
            contract: InputContract(
                height: nil, width: nil, standardDeviation: 1, crop: .none, embeddingLength: nil, isNormalized: false, metric: .none),
            architecture: .custom)
        #expect(throws: InferenceError.self) { try NumericComparison.seeded(for: model, count: 2) }
    }

    /// Writes the model again with a change, as a valid file with correct checksums.
    private func changed(_ ending: String, _ change: (inout Graph) throws -> Void) throws -> String {
        var model = try #require(try OpenedModel(try FormatRegistry.open(source)).content.model)
        var graph = model.graph
        try change(&graph)
        model = try Model(weights: model.weights, graph: graph, contract: model.contract, architecture: model.architecture)
        let path = "\(folder)/changed.\(ending)"
        let output = try OutputFile(target: path, replacing: true, inputs: [])
        let format = try #require(FormatRegistry.format(forOutput: path))
        for file in try format.write(.model(model), to: output, options: ExportOptions()) + [output] { try file.commit() }
        return path
    }

    @Test("A changed epsilon is found and blamed on its layer", arguments: ["onnx", "flat", "h5"])
    func aChangedEpsilonIsFoundAndBlamedOnItsLayer(_ ending: String) throws {
        var name = ""
        let path = try changed(ending) { graph in
            let index = try #require(
                graph.nodes.lastIndex { node in
                    if case .batchNormalization = node.operation { node.name.hasPrefix("body.") } else { false }
                })
            guard case .batchNormalization(var layer) = graph.nodes[index].operation else { return }
            layer.epsilon = 0.1
            graph.nodes[index].operation = .batchNormalization(layer)
            name = graph.nodes[index].name
        }
        let run = try verify(path)
        #expect(run.status == 1)
        #expect(run.output.contains("first differing layer: \(name) (batch_normalization)"), "\(run.output)")
        #expect(run.output.contains("0.1 instead of"), "\(run.output)")
        let json = try #require(try JSONParser.parse(Array(try verify(path, ["--json"]).output.utf8)).object)
        #expect(json["first_departure"]?.object?["layer"]?.string == name)
        #expect(json["numeric"]?.object?["within"]?.boolean == false)
        #expect(json["tensors"]?.object?["differences"]?.array?.isEmpty == true)
    }

    @Test("A padding shifted by one row is found and blamed on its layer") func aPaddingMovedByOneRowIsFoundAndBlamedOnItsLayer() throws {
        var name = ""
        // The sizes stay the same, so only the numbers can tell.
        let path = try changed("onnx") { graph in
            let index = try #require(
                graph.nodes.firstIndex { node in
                    if case .convolution(let layer) = node.operation {
                        layer.padding == Padding2D(1) && node.name.hasPrefix("body.1")
                    } else {
                        false
                    }
                })
            guard case .convolution(var layer) = graph.nodes[index].operation else { return }
            layer.padding = Padding2D(top: 2, left: 1, bottom: 0, right: 1)
            graph.nodes[index].operation = .convolution(layer)
            name = graph.nodes[index].name
        }
        let run = try verify(path)
        #expect(run.status == 1)
        #expect(run.output.contains("first differing layer: \(name) (convolution)"), "\(run.output)")
    }

    @Test("A slope along a different axis is found and blamed on its layer")
    func aSlopeTurnedToAnotherAxisIsFoundAndBlamedOnItsLayer() throws {
        var (path, bytes) = try export("x.onnx")
        // The initializer's sizes 4, 1, 1, which precede its name.
        let name = Array("input_layer.2.weight".utf8)
        let (slope, turned): ([UInt8], [UInt8]) = ([8, 4, 8, 1, 8, 1], [8, 1, 8, 1, 8, 4])
        let place = try #require(
            bytes.indices.dropLast(60).first { place in
                bytes[place..<place + 6].elementsEqual(slope) && bytes[place + 6..<place + 40].firstRange(of: name) != nil
            })
        bytes.replaceSubrange(place..<place + 6, with: turned)
        Fixtures.write(bytes, to: path)
        let run = try verify(path)
        #expect(run.status == 1, "\(run.output) \(run.errors)")
        #expect(run.output.contains("input_layer.2"), "\(run.output)")
    }

    /// Edits the file's bytes: a stride that no longer fits what follows, and a slope along a different axis.
    @Test("Attributes changed in an ONNX file's bytes are blamed on their layer")
    func attributesChangedInAnONNXFilesBytesAreBlamedOnTheirLayer() throws {
        let (path, bytes) = try export("x.onnx")
        // The attribute `strides`, INTS of 2, 2: field 1 with the name, field 8 twice.
        let strides = Array("strides".utf8)
        let last = try #require(
            bytes.indices.dropLast(40).last { place in
                bytes[place..<place + 7].elementsEqual(strides) && bytes[place + 7..<place + 11].elementsEqual([0x40, 2, 0x40, 2])
                    || bytes[place..<place + 7].elementsEqual(strides) && bytes[place + 7..<place + 11].elementsEqual([0x42, 2, 2, 2])
            })
        var strided = bytes
        if strided[last + 7] == 0x40 {
            (strided[last + 8], strided[last + 10]) = (1, 1)
        } else {
            (strided[last + 9], strided[last + 10]) = (1, 1)
        }
        Fixtures.write(strided, to: path)
        let run = try verify(path)
        #expect(run.status == 1, "\(run.errors)")
        #expect(run.output.contains("first differing layer: body."), "\(run.output)")
        #expect(run.output.contains("(convolution)"), "\(run.output)")
    }

    @Test("Tolerances override the default") func tolerancesOverruleTheDefault() throws {
        let narrow = try export("x.flat", ["--dtype", "bfloat16"])
        let fine = try verify(narrow.path)
        #expect(fine.status == 0, "\(fine.output)")
        #expect(fine.output.contains("exactly the source rounded to bfloat16"))
        #expect(fine.output.contains("(3.0e-6 allowed)"), "\(fine.output)")
        #expect(fine.output.contains("rounding alone: normalized embeddings move by at most"), "\(fine.output)")
        // Given tolerances apply against the source as it is.
        for strict in [["--atol", "1e-7"], ["--rtol", "1e-7"], ["--atol", "1e-7", "--rtol", "1e-7"]] {
            let run = try verify(narrow.path, strict)
            #expect(run.status == 1, "\(strict) \(run.output)")
        }
        for wide in [["--atol", "10"], ["--rtol", "100"]] { #expect(try verify(narrow.path, wide).status <= 1) }
        #expect(try verify(narrow.path, ["--atol", "10"]).status == 0)
        #expect(try verify(narrow.path, ["--atol", "-1"]).status == 64)
    }

    @Test("Layers of another program's file are matched by what they compute", arguments: ["torchscript", "dynamo", "onnxsim"])
    func layersOfAnotherProgramsFileAreMatchedByWhatTheyCompute(_ exporter: String)
        throws
    {
        let run = try verify(Fixtures.path("models/ir_small_\(exporter).onnx"))
        #expect(run.status == 0, "\(run.output) \(run.errors)")
        #expect(run.output.contains("the same network"))
        #expect(run.output.contains("(matched by the layers that read them)"), "\(run.output)")
        #expect(run.output.contains("batch normalization folded likewise"), "\(run.output)")
        let json = try #require(
            try JSONParser.parse(
                Array(
                    try verify(
                        Fixtures.path("models/ir_small_\(exporter).onnx"), ["--json"]
                    ).output.utf8)
            ).object)
        #expect(json["same"]?.boolean == true && json["verdict"]?.string == "the same network")
        #expect(json["tensors"]?.object?["matched_by"]?.string == "graph")
        #expect(json["layers"]?.object?["not_matched"] == nil)
    }

    /// The keys give a network all the same, but not the one that the file holds.
    @Test("Nothing is claimed about a graph that is not understood") func ofAGraphThatIsNotUnderstoodNothingIsSaid() throws {
        let foreign = try verify(Fixtures.path("models/ir_small_torchscript_unfolded.onnx"))
        #expect(foreign.status == 0, "understood, it is the same: \(foreign.output) \(foreign.errors)")
        // Tensors that its graph does not read may be absent from another program's file.
        #expect(foreign.output.contains("tensors: 156 bit for bit the same"), "\(foreign.output)")
        var (path, bytes) = try export("x.onnx")
        let place = try #require(bytes.firstRange(of: Array("PRelu".utf8)))
        bytes.replaceSubrange(place, with: Array("PRelx".utf8))
        Fixtures.write(bytes, to: path)
        let run = try verify(path)
        #expect(run.status == 2 && run.output.contains("PRelx"), "\(run.output) \(run.errors)")
        #expect(run.output.hasSuffix("cannot tell\n") && !run.output.contains("the same network"), "\(run.output)")
        let json = try #require(try JSONParser.parse(Array(try verify(path, ["--json"]).output.utf8)).object)
        #expect(json["same"]?.isNull == true && json["verdict"]?.string == "cannot tell")
    }

    @Test("A file that cannot be read gives no verdict") func aFileThatCannotBeReadIsNoVerdict() throws {
        let path = "\(folder)/none.onnx"
        Fixtures.write(Array("not a model".utf8), to: path)
        let run = try verify(path)
        #expect(run.status == 2 && run.output == "cannot tell\n" && !run.errors.isEmpty, "\(run.output) \(run.errors)")
        let json = try #require(try JSONParser.parse(Array(try verify(path, ["--json"]).output.utf8)).object)
        #expect(json["same"]?.isNull == true && json["reasons"]?.array?.count == 1)
    }

    /// An optimizer folds batch normalization but keeps the metadata, and so leaves a record of different tensors.
    @Test("Our own file after an optimizer is the same network with a remark")
    func ourOwnFileAfterAnOptimizerIsTheSameNetworkWithARemark() throws {
        var (path, bytes) = try export("x.onnx", ["--fold-batchnorm"])
        bytes += ArchiveBytes.protobuf(
            field: 14, texts: [(1, "convert.weights"), (2, #"{"order":["input_layer.0.weight","gone"],"unused":{}}"#)])
        Fixtures.write(bytes, to: path)
        let run = try verify(path)
        #expect(run.status == 0, "\(run.output) \(run.errors)")
        #expect(run.output.contains("another program changed this file"), "\(run.output)")
        #expect(run.output.contains("the same network"))
        let inspected = try CommandRun(["inspect", path])
        #expect(inspected.status == 0 && inspected.output.contains("another program changed this file"), "\(inspected.output)")
    }

    @Test("A contract that alone differs makes a different network") func aContractThatDiffersAloneIsAnotherNetwork() throws {
        var model = try #require(try OpenedModel(try FormatRegistry.open(source)).content.model)
        model.contract.crop = .mtcnn(margin: 0)
        let path = "\(folder)/contract.flat"
        let output = try OutputFile(target: path, replacing: true, inputs: [])
        for file in try FlatFormat.write(.model(model), to: output, options: ExportOptions()) + [output] { try file.commit() }
        let run = try verify(path)
        #expect(run.status == 1 && run.output.contains("contract: "), "\(run.output) \(run.errors)")
        #expect(run.output.hasSuffix("NOT the same network\n"))
    }

    @Test("Rounded weights do not excuse a different epsilon", arguments: ["float16", "bfloat16"])
    func roundedWeightsAreNoLicenseForAnotherEpsilon(_ type: String) throws {
        let (path, _) = try export("x.onnx", ["--dtype", type])
        #expect(try verify(path).status == 0)
        let opened = try FormatRegistry.open(path)
        var model = try #require(try OpenedModel(opened).content.model)
        var graph = model.graph
        let index = try #require(graph.nodes.lastIndex { if case .batchNormalization = $0.operation { true } else { false } })
        guard case .batchNormalization(var layer) = graph.nodes[index].operation else { return }
        layer.epsilon = 1e-3
        graph.nodes[index].operation = .batchNormalization(layer)
        model = try Model(weights: model.weights, graph: graph, contract: model.contract, architecture: model.architecture)
        let changed = "\(folder)/changed.onnx"
        let output = try OutputFile(target: changed, replacing: true, inputs: [])
        for file in try ONNXFormat.write(.model(model), to: output, options: ExportOptions()) + [output] { try file.commit() }
        let run = try verify(changed)
        #expect(run.status == 1, "\(run.output) \(run.errors)")
        #expect(run.output.contains("epsilon 0.001 instead of 1e-05"), "\(run.output)")
    }

    @Test("An epsilon is used for whichever side only assumes it") func anEpsilonIsTakenForWhicheverSideOnlyAssumesIt() throws {
        let (checkpoint, other) = (Fixtures.path("models/ir_small.pth"), "\(folder)/other.onnx")
        #expect(try CommandRun([checkpoint, other, "--epsilon", "2e-3"]).status == 0)
        let plain = try CommandRun(["verify", checkpoint, "--against", other])
        #expect(plain.status == 1 && plain.output.contains("0.002"), "\(plain.output)")
        for pair in [[checkpoint, other], [other, checkpoint]] {
            let run = try CommandRun(["verify", pair[0], "--against", pair[1], "--epsilon", "2e-3"])
            #expect(run.status == 0 && run.output.contains("the same network"), "\(pair) \(run.output) \(run.errors)")
        }
    }

    @Test("Equal weights say nothing about a graph that only one side has")
    func equalWeightsSayNothingAboutAGraphThatOnlyOneSideHas() throws {
        let graph = Fixtures.path("models/branches_torchscript.onnx")
        let bare = "\(folder)/bare.safetensors"
        #expect(try CommandRun([graph, bare]).status == 0)
        let read = try #require(try FormatRegistry.open(bare).weights)
        let weights = "\(folder)/weights.flat"
        let output = try OutputFile(target: weights, replacing: true, inputs: [])
        _ = try FlatFormat.write(
            .weights(Weights(entries: read.entries, provenance: read.provenance)), to: output, options: ExportOptions())
        try output.commit()
        for pair in [[weights, graph], [graph, weights]] {
            let run = try CommandRun(["verify", pair[0], "--against", pair[1]])
            #expect(run.status == 2 && run.output.contains("cannot tell"), "\(pair) \(run.output) \(run.errors)")
        }
    }

    @Test("Options without effect on bare weights are refused") func optionsWithoutEffectOnBareWeightsAreRefused() throws {
        let bare = Fixtures.path("models/branches.pth")
        for options in [["--images", Fixtures.path("images")], ["--atol", "1"], ["--exact"]] {
            let run = try CommandRun(["verify", bare, "--against", bare] + options)
            #expect(run.status == 64 && run.errors.contains(options[0]), "\(run.errors)")
        }
        #expect(try CommandRun(["verify", bare, "--against", bare]).status == 0)
    }

    @Test("Meaningless figures are not printed") func figuresThatMeanNothingAreNotPrinted() throws {
        let (path, _) = try export("unit.onnx", ["--normalize"])
        let run = try verify(path, ["--verbose"])
        #expect(run.status == 0, "\(run.output) \(run.errors)")
        #expect(run.output.contains("normalized ") && !run.output.contains("largest difference"), "\(run.output)")
        #expect(!(try verify(path).output.contains("would pass")))
    }

    @Test("Different networks and bare weights are reported") func differentNetworksAndBareWeightsAreTold() throws {
        let other = try verify(Fixtures.path("models/branches_onnxsim.onnx"))
        #expect(other.status == 1 && other.output.contains("NOT the same network"), "\(other.output) \(other.errors)")
        let weights = "\(folder)/w.safetensors"
        #expect(try CommandRun([Fixtures.path("models/branches.pth"), weights]).status == 0)
        let bare = try CommandRun(["verify", weights, "--against", Fixtures.path("models/branches.pth")])
        #expect(bare.status == 0 && bare.output.contains("bit for bit the same"), "\(bare.output) \(bare.errors)")
        #expect(bare.output.contains("numbers: not compared"), "\(bare.output)")
    }

    @Test("An input that the source cannot take is an error, not a difference")
    func anInputThatTheSourceCannotTakeIsAnErrorAndNoDifference() throws {
        let (path, _) = try export("x.onnx")
        func input(_ shape: [Int], _ change: (inout [Float]) -> Void = { _ in }) throws -> String {
            var values = (0..<shape.reduce(1, *)).map { Float($0 % 251) }
            change(&values)
            let output = try OutputFile(target: "\(folder)/x.npy", replacing: true, inputs: [])
            try values.withUnsafeBytes { try NumpyArray.write($0, element: .float32, shape: shape, to: output) }
            try output.commit()
            return output.target
        }
        #expect(try verify(path, ["--input", try input([1, 3, 112, 112])]).status == 0)
        let wrong = try verify(path, ["--input", try input([1, 3, 64, 64])])
        #expect(wrong.status == 2 && wrong.errors.contains("[1, 3, 64, 64]"), "\(wrong.output) \(wrong.errors)")
        let poisoned = try verify(path, ["--input", try input([1, 3, 112, 112]) { $0[7] = .nan }])
        #expect(poisoned.status == 2 && poisoned.errors.contains("image 0 of the input holds NaN"), "\(poisoned.output)")
    }
}
