import ConvertFiles
import ConvertIR
import ConvertTensors
import Exporters
import Foundation
import TestSupport
import Testing
import Verifier

/// `convert IN OUT`, run as a user runs it: every format to every other, with nothing lost on the way.
@Suite struct ExportCommandTests {
    let folder = Fixtures.temporaryFolder()
    let small = Fixtures.path("models/ir_small.pth")

    private func convert(_ arguments: String..., sourceLocation: SourceLocation = #_sourceLocation) throws -> CommandRun {
        let run = try CommandRun(arguments)
        #expect(run.status == 0, "\(arguments.joined(separator: " ")): \(run.errors)", sourceLocation: sourceLocation)
        return run
    }

    private func model(_ path: String) throws -> Model { try #require(try OpenedModel(try FormatRegistry.open(path)).content.model) }

    private func graph(_ path: String) throws -> String { try convert("inspect", "--graph", path).output }

    /// Compares a file with the first source: tensors and their order, contract, family, graph.
    private func check(_ path: String, against source: String) throws {
        let (found, expected) = (try model(path), try model(source))
        try BitwiseComparison.check(found.weights, against: expected.weights, file: path)
        #expect(found.weights.entries.map(\.name) == expected.weights.entries.map(\.name))
        #expect(found.contract == expected.contract && found.architecture == expected.architecture && found.graph == expected.graph)
        // A .pth adds what the reference project's programs look up; nothing already stated may change.
        for member in expected.weights.metadata.members { #expect(found.weights.metadata[member.key] == member.value, "\(member.key)") }
        #expect(found.weights.provenance == expected.weights.provenance)
    }

    @Test("A round trip through all formats ends where it began", arguments: ["models/ir_small.pth", "training/small_epoch_003.pth"])
    func aRingThroughAllFormatsEndsWhereItBegan(_ name: String)
        throws
    {
        let source = Fixtures.path(name)
        var last = source
        for (place, ending) in ["onnx", "flat", "h5", "safetensors", "onnx", "pth"].enumerated() {
            let next = "\(folder)/\(place).\(ending)"
            let run = try convert(last, next)
            #expect(run.output.contains("checked: 187 tensors read back from disk"), "\(run.output)")
            last = next
        }
        try check(last, against: source)
        #expect(try FormatRegistry.open(last).weights?.entries.filter { $0.name.hasSuffix("num_batches_tracked") }.count == 31)
        #expect(try graph(last) == graph(source))
        #expect(try graph(last).contains("embedding: [batch, "))
    }

    static let endings = ["pth", "onnx", "flat", "h5", "safetensors"]

    @Test("Every format can be exported to every other", arguments: endings) func everyFormatGoesToEveryOther(_ first: String) throws {
        let from = "\(folder)/from.\(first)"
        _ = try convert(small, from)
        for ending in ExportCommandTests.endings {
            let to = "\(folder)/to.\(ending)"
            _ = try convert(from, to)
            try check(to, against: small)
            #expect(try graph(to) == graph(small), "\(first) to \(ending)")
        }
    }

    /// A changed network is no longer what its family rebuilds, so its graph must be stored.
    @Test("A changed network survives every format") func aChangedNetworkTravelsToo() throws {
        _ = try convert(small, "\(folder)/a.flat", "--fold-batchnorm", "--normalize", "--embed-preprocess=uint8", "--dtype", "float16")
        let expected = try model("\(folder)/a.flat")
        #expect(expected.contract.isNormalized && expected.contract.mean == 0 && expected.graph.inputs.first?.type.elements == .uint8)
        var last = "\(folder)/a.flat"
        for ending in ["h5", "safetensors", "pth", "onnx", "flat"] {
            let next = "\(folder)/b.\(ending)"
            _ = try convert(last, next)
            try check(next, against: "\(folder)/a.flat")
            last = next
        }
    }

    @Test("Another program's ONNX survives every format") func anotherProgramsONNXTravelsToo() throws {
        let source = Fixtures.path("models/branches_torchscript_unfolded.onnx")
        var last = source
        for ending in ["safetensors", "pth", "h5", "flat", "onnx"] {
            let next = "\(folder)/b.\(ending)"
            _ = try convert(last, next)
            try check(next, against: source)
            last = next
        }
    }

    @Test("The same input gives the same bytes in every format and folder")
    func theSameInputGivesTheSameBytesInEveryFormatAndFolder() throws {
        let other = Fixtures.temporaryFolder()
        for ending in ExportCommandTests.endings {
            _ = try convert(small, "\(folder)/x.\(ending)")
            _ = try convert(small, "\(other)/x.\(ending)")
            #expect(try Fixtures.bytes("\(folder)/x.\(ending)") == Fixtures.bytes("\(other)/x.\(ending)"), "\(ending)")
        }
    }

    @Test("The long form does the same as the short one") func theLongFormDoesTheSame() throws {
        _ = try convert(small, "\(folder)/a.onnx")
        _ = try convert("export", small, "-o", "\(folder)/b/../c.onnx".replacingOccurrences(of: "/b/..", with: ""))
        #expect(try Fixtures.bytes("\(folder)/a.onnx") == Fixtures.bytes("\(folder)/c.onnx"))
        #expect(try CommandRun(["export", small]).status == 64)
        #expect(try CommandRun(["export", small, "\(folder)/d.onnx"]).status == 0)
        #expect(try Fixtures.bytes("\(folder)/a.onnx") == Fixtures.bytes("\(folder)/d.onnx"))
        #expect(try CommandRun(["export", small, "\(folder)/d.onnx", "\(folder)/e.onnx"]).status == 64)
        _ = try convert(small, "\(folder)/model.bin.tmp", "--to", "onnx", "--quiet")
        #expect(try FormatRegistry.open("\(folder)/model.bin.tmp").format == "onnx")
    }

    @Test("External data is written next to the model and can be exported again") func externalDataLiesBesideTheModelAndTravelsOn() throws {
        let run = try convert(small, "\(folder)/x.onnx", "--external-data")
        #expect(run.output.contains("data in x.onnx.data"))
        #expect(FileManager.default.fileExists(atPath: "\(folder)/x.onnx.data"))
        _ = try convert("\(folder)/x.onnx", "\(folder)/x.pth")
        try check("\(folder)/x.pth", against: small)
        // The data file is an input like its model.
        #expect(try CommandRun(["slim", "\(folder)/x.onnx", "-o", "\(folder)/x.onnx.data", "--force"]).status == 2)
        try FileManager.default.createSymbolicLink(atPath: "\(folder)/link.pth", withDestinationPath: "x.onnx.data")
        for command in [
            ["slim", "\(folder)/x.onnx", "-o", "\(folder)/link.pth", "--force"], ["\(folder)/x.onnx", "\(folder)/link.pth", "--force"],
        ] {
            #expect(try CommandRun(command).status == 2, "\(command)")
        }
        try check("\(folder)/x.onnx", against: small)
    }

    @Test("slim reads every format") func slimReadsEveryFormat() throws {
        let source = try #require(try FormatRegistry.open(small).weights)
        for ending in ExportCommandTests.endings {
            _ = try convert(small, "\(folder)/x.\(ending)")
            _ = try convert("slim", "\(folder)/x.\(ending)", "-o", "\(folder)/\(ending)-slim.pth")
            let slim = try #require(try FormatRegistry.open("\(folder)/\(ending)-slim.pth").weights)
            try BitwiseComparison.check(slim, against: source, file: ending)
        }
    }

    @Test("A half-precision export says what it is") func aHalfPrecisionExportSaysWhatItIs() throws {
        for (type, opset) in [("float16", "11"), ("bfloat16", "13")] {
            let run = try convert(small, "\(folder)/\(type).onnx", "--dtype", type, "--opset", opset)
            #expect(run.output.contains("rounded: weights to \(type); inputs, outputs and arithmetic stay float32"))
            #expect(try FormatRegistry.open("\(folder)/\(type).onnx").weights?["output_layer.3.weight"]?.dtype.rawValue == type)
            let integers = try FormatRegistry.open("\(folder)/\(type).onnx").weights?["input_layer.1.num_batches_tracked"]
            #expect(integers?.dtype == .int64)
        }
    }

    @Test("Without verification the output says so") func withoutVerificationTheOutputSaysSo() throws {
        for option in [["--no-verify"], ["--verify", "none"], ["--verify=none"]] {
            let run = try CommandRun([small, "\(folder)/x.onnx", "--force"] + option)
            #expect(run.status == 0 && run.output.contains("not checked, as asked") && !run.output.contains("checked: "), "\(run.errors)")
        }
        #expect(try CommandRun([small, "\(folder)/y.onnx", "--no-verify", "--verify", "tensors"]).status == 64)
        #expect(try CommandRun([small, "\(folder)/y.onnx", "--verify", "some"]).status == 64)
    }

    @Test("A corrupted tensor is caught when it is read back", arguments: ["flat", "h5", "pth"])
    func aTamperedTensorIsCaughtWhenItIsReadBack(_ ending: String) throws {
        let path = "\(folder)/x.\(ending)"
        _ = try convert(small, path)
        #expect(try CommandRun(["inspect", "--check", path]).status == 0)
        var bytes = try Fixtures.bytes(path)
        let tensor = try #require(try FormatRegistry.open(small).weights?["output_layer.3.weight"]).cOrderBytes().array
        let place = try #require(bytes.firstRange(of: tensor.prefix(64))).lowerBound
        bytes[place + 40] ^= 1
        Fixtures.write(bytes, to: path)
        let run = try CommandRun(["inspect", "--check", path])
        #expect(run.status == 2 && (run.errors + run.output).contains("damaged"), "\(run.status) \(run.errors)")
        let again = try CommandRun([path, "\(folder)/y.onnx"])
        #expect(again.status == 2, "\(again.output)")
        #expect(!FileManager.default.fileExists(atPath: "\(folder)/y.onnx"))
    }

    @Test("An export ends with one readable line") func anExportEndsInOneLineThatAPersonCanRead() throws {
        func last(_ options: [String], _ name: String) throws -> String {
            let run = try CommandRun([small, "\(folder)/\(name)"] + options)
            #expect(run.status == 0, "\(run.errors)")
            return run.output.split(separator: "\n").last.map(String.init) ?? ""
        }
        let plain = try last([], "line.onnx")
        #expect(plain.hasPrefix("verified: the same network; tensors and graph are bit for bit the source's; "), "\(plain)")
        #expect(plain.contains("normalized embeddings differ by at most 0 (3.0e-6 allowed), cosine at least 1.0000000"), "\(plain)")
        let folded = try last(["--fold-batchnorm"], "folded.onnx")
        #expect(folded.hasPrefix("verified: the same network; normalized embeddings differ by at most "), "\(folded)")
        let rounded = try last(["--dtype", "float16"], "rounded.onnx")
        #expect(rounded.contains("; rounding alone: normalized embeddings move by at most "), "\(rounded)")
        #expect(try last(["--verify", "tensors"], "tensors.onnx").hasPrefix("verified: the same tensors, graph and input contract"))
        let verbose = try CommandRun([small, "\(folder)/verbose.onnx", "--verbose"])
        #expect(verbose.output.contains("least cosine"), "\(verbose.output)")
    }
}
