import ConvertFiles
import ConvertIR
import ConvertTensors
import Exporters
import Foundation
import TestSupport
import Testing
import Verifier

/// What an export refuses: reported in at most three lines, with an exit code, and without leaving a file.
@Suite struct ExportRefusalTests {
    let folder = Fixtures.temporaryFolder()
    let small = Fixtures.path("models/ir_small.pth")
    let unknown = Fixtures.path("models/branches.pth")

    private var names: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted() }

    /// Runs and expects a refusal with these words; only `kept` may remain.
    private func refused(
        _ arguments: [String], status: Int32 = 2, _ words: String..., kept: [String] = [], sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let run = try CommandRun(arguments)
        #expect(run.status == status, "\(arguments): \(run.output) \(run.errors)", sourceLocation: sourceLocation)
        #expect(
            run.errors.hasPrefix("convert: ") && (1...3).contains(run.errors.filter { $0 == "\n" }.count), "\(run.errors)",
            sourceLocation: sourceLocation)
        for word in words { #expect(run.errors.contains(word), "\(word): \(run.errors)", sourceLocation: sourceLocation) }
        #expect(names == kept, sourceLocation: sourceLocation)
    }

    /// Writes weights of the small network with some of them replaced.
    private func write(_ name: String, _ change: (String, Tensor) throws -> (String, Tensor)?) throws -> String {
        let weights = try #require(try FormatRegistry.open(small).weights)
        let entries = try weights.entries.compactMap { entry in
            try change(entry.name, entry.tensor).map { Weights.Entry(name: $0.0, tensor: $0.1) }
        }
        let path = "\(Fixtures.temporaryFolder())/\(name)"
        let output = try OutputFile(target: path, replacing: false, inputs: [])
        let changed = Weights(entries: entries, metadata: weights.metadata, provenance: weights.provenance)
        _ = try PthFormat.write(.weights(changed), to: output, options: ExportOptions())
        try output.commit()
        return path
    }

    private func constant(_ value: Float, _ shape: [Int]) throws -> Tensor {
        let bytes = (0..<shape.reduce(1, *)).flatMap { _ in withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) } }
        return try Tensor(dtype: .float32, shape: shape, storage: Storage(name: "t", bytes: ByteView(copying: bytes, name: "t")))
    }

    // MARK: Unknown networks

    @Test("An unknown network is exported as bare weights with one line of notice", arguments: ["safetensors", "h5", "flat", "pth"])
    func anUnknownNetworkGoesAsWeightsAloneWithOneLine(_ ending: String) throws {
        let out = "\(folder)/x.\(ending)"
        let run = try CommandRun([unknown, out])
        #expect(run.status == 0, "\(run.errors)")
        let lines = run.output.split(separator: "\n").filter { $0.hasPrefix("weights alone: ") }
        #expect(lines.count == 1 && lines[0].contains("no known family") && lines[0].contains("stem.conv.weight"))
        // It was just written, so there is no point in suggesting it.
        #expect(!run.output.contains("write its weights alone"))
        let (source, back) = (try FormatRegistry.open(unknown), try FormatRegistry.open(out))
        try BitwiseComparison.check(try #require(back.weights), against: try #require(source.weights), file: out)
        #expect(back.weights?.entries.count == 44)
    }

    @Test("For ONNX an unknown network is a short error, with the list under --verbose")
    func forONNXAnUnknownNetworkIsAShortErrorWhoseListIsForVerbose() throws {
        try refused([unknown, "\(folder)/x.onnx"], "44 keys", "stem.conv.weight", "--key-map", ".safetensors", "--verbose")
        let short = try CommandRun([unknown, "\(folder)/x.onnx"]).errors.split(separator: "\n")
        #expect(short.count <= 3 && short.allSatisfy { $0.count <= 100 }, "\(short)")
        let long = try CommandRun([unknown, "\(folder)/x.onnx", "--verbose"])
        let keys = try #require(try FormatRegistry.open(unknown).weights).entries.map(\.name)
        for word in ["ir_resnet18 has", "inception_resnet_v1 has", "mobilefacenet has", "mtcnn_pnet"] + keys {
            #expect(long.errors.contains(word), "\(word)")
        }
        #expect(long.status == 2 && names == [])
    }

    @Test("Options that need a network are refused for bare weights") func whatNeedsANetworkIsRefusedForBareWeights() throws {
        for option in [["--normalize"], ["--fold-batchnorm"], ["--embed-preprocess"], ["--input-mean", "0"], ["--input-std", "1"]] {
            try refused([unknown, "\(folder)/x.h5"] + option, status: 64, option[0], "no known family")
        }
        try refused([unknown, "\(folder)/x.h5", "--arch", "ir_resnet18"], "no known family")
        try refused([unknown, "\(folder)/x.h5", "--arch", "resnext"], "resnext is not a known architecture", "inception_resnet_v1")
    }

    // MARK: Options

    @Test("Folding is refused for formats that promise the source's tensors")
    func foldingIsRefusedWhereTheSourcesTensorsArePromised() throws {
        for ending in ["pth", "safetensors"] {
            try refused([small, "\(folder)/x.\(ending)", "--fold-batchnorm"], status: 64, "batch normalization", ".onnx, .h5 or .flat")
        }
    }

    @Test("Overflow is reported by tensor and nothing is written") func overflowIsReportedByTensorAndNothingIsWritten() throws {
        let source = try write("big.pth") { name, tensor in
            (name, ["input_layer.1.bias", "output_layer.3.bias"].contains(name) ? try constant(-65520, tensor.shape) : tensor)
        }
        for ending in ["onnx", "h5", "pth"] {
            try refused(
                [source, "\(folder)/x.\(ending)", "--dtype", "float16"], "input_layer.1.bias (4 numbers, the largest 65520",
                "output_layer.3.bias (16 numbers", "bfloat16")
        }
        #expect(try CommandRun([source, "\(folder)/x.onnx", "--dtype", "bfloat16"]).status == 0)
    }

    @Test("Options out of range are refused") func optionsOutOfRangeAreRefused() throws {
        for opset in ["10", "23", "0", "-1", "99999999999"] {
            try refused([small, "\(folder)/x.onnx", "--opset", opset], status: 64, "--opset is \(opset)", "11 to 22")
        }
        for (option, value) in [
            ("--opset", "seventeen"), ("--opset", "99999999999999999999"), ("--dtype", "float8"), ("--input-std", "0"),
            ("--input-std", "nan"),
            ("--input-mean", "inf"), ("--to", "tflite"), ("--verify", "half"),
        ] { try refused([small, "\(folder)/x.onnx", option, value], status: 64, option) }
        for level in ["0", "10", "x"] { try refused([small, "\(folder)/x.h5", "--compress", level], status: 64, "--compress") }
        try refused([small, "\(folder)/x.onnx", "--embed-preprocess=int4"], status: 64, "--embed-preprocess")
        try refused([small, "\(folder)/x.onnx", "--dtype", "bfloat16", "--opset", "12"], "bfloat16", "--opset 13")
    }

    @Test("Options of other formats are refused") func optionsOfOtherFormatsAreRefused() throws {
        try refused(
            [small, "\(folder)/x.flat", "--opset", "17"], status: 64, "--opset has no effect here: it is for ONNX, and the output is flat")
        try refused(
            [small, "\(folder)/x.h5", "--external-data"], status: 64,
            "--external-data has no effect here: it is for ONNX, and the output is hdf5")
        try refused(
            [small, "\(folder)/x.onnx", "--compress", "3"], status: 64,
            "--compress has no effect here: it is for HDF5, and the output is onnx")
    }

    @Test("Several outputs are not normalized") func severalOutputsAreNotNormalized() throws {
        guard (try? Fixtures.bytes("\(Fixtures.mtcnn)/onet.pt")) != nil else {
            print("MTCNN's weights are not in \(Fixtures.mtcnn): normalizing several outputs is not tested; make setup fetches them")
            return
        }
        try refused(
            ["\(Fixtures.mtcnn)/onet.pt", "\(folder)/x.onnx", "--normalize"], "regression, landmarks, probability", "leave the option out")
    }

    // MARK: Names of networks and keys

    @Test("A wrong family is refused with the one that fits") func aWrongNameIsRefusedWithTheOneThatFits() throws {
        try refused([small, "\(folder)/x.onnx", "--arch", "mobilefacenet"], "mobilefacenet was asked for", "--arch ir_resnet18")
        #expect(try CommandRun([small, "\(folder)/x.onnx", "--arch", "ir_resnet18"]).status == 0)
    }

    @Test("Keys that do not match are listed") func keysThatDoNotMatchAreListed() throws {
        let source = try write("odd.pth") { name, tensor in
            switch name {
            case "body.0.0.residual.0.bias": nil
            case "input_layer.2.weight": (name, try constant(1, [5]))
            case "output_layer.4.num_batches_tracked": ("stray", tensor)
            default: (name, tensor)
            }
        }
        try refused(
            [source, "\(folder)/x.onnx"], "1 missing (body.0.0.residual.0.bias)", "1 unexpected (stray)",
            "input_layer.2.weight is [5], not [4]")
        try refused([source, "\(folder)/x.h5", "--arch", "ir_resnet18"], "1 unexpected (stray)")
        // A network that is nearly a known one is treated as unknown: its weights are exported alone, with the reason.
        for ending in ["safetensors", "flat", "h5", "pth"] {
            let out = "\(folder)/x.\(ending)"
            let run = try CommandRun([source, out])
            #expect(
                run.status == 0 && run.output.contains("weights alone: odd.pth: the weights are not those of ir_resnet18"), "\(run.errors)")
            let (found, expected) = (try FormatRegistry.open(out).weights, try FormatRegistry.open(source).weights)
            try BitwiseComparison.check(try #require(found), against: try #require(expected), file: out)
        }
    }

    @Test("Keys inside a block are not called superfluous") func keysInsideABlockAreNotCalledSuperfluous() throws {
        let source = try write("more.pth") { ($0, $1) }
        let weights = try #require(try FormatRegistry.open(source).weights)
        let more = "\(folder)/se.pth"
        let output = try OutputFile(target: more, replacing: false, inputs: [])
        let entries = weights.entries + [Weights.Entry(name: "body.0.0.se.fc1.weight", tensor: try constant(1, [4]))]
        _ = try PthFormat.write(
            .weights(Weights(entries: entries, metadata: weights.metadata, provenance: weights.provenance)), to: output,
            options: ExportOptions())
        try output.commit()
        let run = try CommandRun([more, "\(folder)/x.onnx"])
        #expect(
            run.status == 2 && run.errors.contains("body.0.0.se.fc1.weight") && run.errors.contains("a different network"), "\(run.errors)")
        #expect(!run.errors.contains("--drop"))
    }

    @Test("A key map turns unknown keys into a known network") func aKeyMapMakesAKnownNetworkOfUnknownKeys() throws {
        let source = try write("odd.pth") { ("net_" + $0, $1) }
        try refused([source, "\(folder)/x.onnx"], "no known family")
        let map = "\(folder)/map.txt"
        Fixtures.write(Array("# our own names\nnet_* *\n".utf8), to: map)
        let run = try CommandRun([source, "\(folder)/x.onnx", "--key-map", map])
        #expect(run.status == 0 && run.output.contains("network: ir_resnet18"), "\(run.errors)")
        let (found, expected) = (try FormatRegistry.open("\(folder)/x.onnx").weights, try FormatRegistry.open(small).weights)
        try BitwiseComparison.check(try #require(found), against: try #require(expected), file: "x.onnx")
        Fixtures.write(Array("net_* *\nnothing.* *\n".utf8), to: map)
        try refused([source, "\(folder)/y.onnx", "--key-map", map], "map.txt, line 2", "nothing.*", kept: ["map.txt", "x.onnx"])
        try refused([source, "\(folder)/y.onnx", "--key-map", "\(folder)/none"], "none", kept: ["map.txt", "x.onnx"])
    }

    // MARK: Files

    @Test("An existing output needs --force and stays unchanged") func anExistingOutputNeedsForceAndStaysAsItWas() throws {
        Fixtures.write([7], to: "\(folder)/x.onnx")
        try refused([small, "\(folder)/x.onnx"], "--force", kept: ["x.onnx"])
        #expect(try Fixtures.bytes("\(folder)/x.onnx") == [7])
        #expect(try CommandRun([small, "\(folder)/x.onnx", "--force"]).status == 0)
        // A failing export must not damage it either.
        let good = try Fixtures.bytes("\(folder)/x.onnx")
        try refused([unknown, "\(folder)/x.onnx", "--force"], "no known family", kept: ["x.onnx"])
        #expect(try Fixtures.bytes("\(folder)/x.onnx") == good)
        try refused(["\(folder)/x.onnx", "\(folder)/x.onnx", "--force"], "x.onnx", kept: ["x.onnx"])
        #expect(try Fixtures.bytes("\(folder)/x.onnx") == good)
    }

    @Test("An existing data file needs --force too") func anExistingDataFileNeedsForceToo() throws {
        Fixtures.write([7], to: "\(folder)/x.onnx.data")
        try refused([small, "\(folder)/x.onnx", "--external-data"], "x.onnx.data", kept: ["x.onnx.data"])
        #expect(try Fixtures.bytes("\(folder)/x.onnx.data") == [7])
        #expect(try CommandRun([small, "\(folder)/x.onnx", "--external-data", "--force"]).status == 0)
        #expect(names == ["x.onnx", "x.onnx.data"])
    }

    @Test(
        "A full disk leaves nothing",
        arguments: [["x.onnx"], ["x.onnx", "--external-data"], ["x.flat"], ["x.h5"], ["x.safetensors"], ["x.pth"]])
    func aFullDiskLeavesNothing(_ arguments: [String]) throws {
        let run = try CommandRun([small, "\(folder)/\(arguments[0])"] + arguments.dropFirst(), shellPrefix: "ulimit -f 64;")
        #expect(run.status == 2 && (1...3).contains(run.errors.filter { $0 == "\n" }.count), "\(run.status) \(run.errors)")
        #expect(names == [])
    }

    @Test("Impossible extensions and paths are refused") func endingsAndPlacesThatCannotBeAreRefused() throws {
        try refused([small, "\(folder)/x.tflite"], "x.tflite")
        try refused([small, "\(folder)/x"], "/x")
        try refused([small, "\(folder)/none/x.onnx"], "none")
        try refused(["\(folder)/missing.pth", "\(folder)/x.onnx"], "missing.pth")
        try refused([small, folder], status: 64, "\(folder): is a folder", "ir_small.onnx")
        try refused([small, "\(folder)/x.onnx", "\(folder)/y.onnx"], status: 64, "-o DIR/")
        try refused([small, "\(folder)/x.onnx", "-o", "\(folder)/y.onnx"], status: 64, "-o DIR/")
    }

    /// A file with an unknown operator in place of the flattening.
    private func spoilt(_ source: String) throws -> String {
        var bytes = try Fixtures.bytes(source)
        let place = try #require(bytes.firstRange(of: Array("\u{7}Flatten".utf8)))
        bytes.replaceSubrange(place, with: Array("\u{7}Flutter".utf8))
        let path = Fixtures.temporaryFolder() + "/y.onnx"
        Fixtures.write(bytes, to: path)
        return path
    }

    @Test("A graph that is not understood is reported even if keys give the network")
    func aGraphThatIsNotUnderstoodIsToldEvenWhereKeysGiveTheNetwork() throws {
        let path = try spoilt(Fixtures.path("models/ir_small_torchscript_unfolded.onnx"))
        let run = try CommandRun([path, "\(folder)/z.pth"])
        #expect(run.status == 0 && run.output.contains("the file's own graph is not used"), "\(run.output) \(run.errors)")
        #expect(run.output.contains("Flutter"))
        #expect(try CommandRun(["inspect", path]).output.contains("Flutter"))
    }

    @Test("A graph that is not understood is the reason if keys do not fit")
    func aGraphThatIsNotUnderstoodIsTheReasonWhereKeysDoNotFit() throws {
        let whole = Fixtures.temporaryFolder() + "/x.onnx"
        #expect(try CommandRun([small, whole]).status == 0)
        try refused([try spoilt(whole), "\(folder)/z.pth"], "node flatten: the operator Flutter is not supported")
    }
}
