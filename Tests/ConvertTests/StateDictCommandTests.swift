import ConvertFiles
import ConvertJSON
import Exporters
import PthReader
import TestSupport
import Testing

/// What commands report about state dicts: which was used, what else is there, what was dropped, and how to load the result.
@Suite struct StateDictCommandTests {
    let folder = Fixtures.temporaryFolder()
    let training = Fixtures.path("training/small_epoch_003.pth")

    private func fixture(_ name: String) -> String { Fixtures.path("state_dicts/\(name).pth") }

    private func run(_ arguments: String..., status: Int32 = 0, sourceLocation: SourceLocation = #_sourceLocation) throws -> String {
        let run = try CommandRun(arguments)
        #expect(run.status == status, "\(arguments): \(run.output) \(run.errors)", sourceLocation: sourceLocation)
        return run.output + run.errors
    }

    @Test("Every command names the other dictionaries and the option") func everyCommandNamesTheOtherDictionariesAndTheOption() throws {
        for text in [
            try run("slim", fixture("parallel_module"), "-o", "\(folder)/a.pth"),
            try run(fixture("parallel_module"), "\(folder)/b.safetensors"),
            try run("inspect", fixture("parallel_module")),
        ] { #expect(text.contains("also there: ema; --state-dict ema takes it instead"), "\(text)") }
        let taken = try run("slim", fixture("parallel_module"), "-o", "\(folder)/c.safetensors", "--state-dict", "net.module.parts")
        #expect(taken.contains("state dict: net.module.parts, because it was named"), "\(taken)")
        #expect(
            try FormatRegistry.open("\(folder)/c.safetensors").weights?.entries.map(\.name) == [
                "0.weight", "0.bias", "2.inner.weight", "2.inner.bias",
            ])
    }

    @Test("Entries that are not tensors are named and the others written") func entriesThatAreNotTensorsAreNamedAndTheOthersWritten() throws
    {
        let slim = try run("slim", fixture("mixed"), "-o", "\(folder)/a.pth")
        #expect(slim.contains("kept in the state dict as they are: epoch (int), arch (str), empty (None)"), "\(slim)")
        #expect(slim.contains("hollow: a meta tensor, which holds no data"), "\(slim)")
        let plain = try run("slim", fixture("mixed"), "-o", "\(folder)/a.safetensors")
        #expect(plain.contains("kept as metadata: epoch (int)"), "\(plain)")
        let export = try run(fixture("mixed"), "\(folder)/b.h5")
        #expect(export.contains("left out, because they are not tensors: hollow (a meta tensor"), "\(export)")
        for name in ["a.pth", "a.safetensors", "b.h5"] {
            let weights = try #require(try FormatRegistry.open("\(folder)/\(name)").weights)
            #expect(weights.entries.count == 16 && weights["kept"]?.shape == [3], "\(name)")
        }
        #expect(try run("inspect", fixture("mixed")).contains("not a tensor: a meta tensor, which holds no data"))
    }

    @Test("Quantized tensors need the option in formats other than pth") func quantizedTensorsNeedTheOptionOutsideOfPth() throws {
        for command in ["slim", "export"] {
            let text = try run(command, fixture("quantized"), "-o", "\(folder)/q.safetensors", status: 2)
            #expect(text.contains("--dequantize") && text.contains("qint8.tensor"), "\(text)")
            let done = try run(command, fixture("quantized"), "-o", "\(folder)/\(command).safetensors", "--dequantize")
            #expect(done.contains("dequantized: qint8.tensor"), "\(done)")
            let weights = try #require(try FormatRegistry.open("\(folder)/\(command).safetensors").weights)
            #expect(weights.entries.count == 15 && weights.entries.allSatisfy { $0.tensor.dtype == .float32 })
        }
        #expect(try run("slim", fixture("mixed"), "-o", "\(folder)/x.pth", "--dequantize", status: 64).contains("no quantized tensor"))
    }

    @Test("Packed parameters of quantized layers need the option too, on every command that reads weights")
    func packedParametersNeedTheOption() throws {
        for command in ["slim", "export"] {
            let text = try run(command, fixture("packed_layers"), "-o", "\(folder)/p.safetensors", status: 2)
            #expect(text.contains("--dequantize") && text.contains("a.rows._packed_params._packed_params"), "\(text)")
            let done = try run(command, fixture("packed_layers"), "-o", "\(folder)/\(command)-p.safetensors", "--dequantize")
            #expect(
                done.contains("dequantized: a.rows.weight, half.weight") && done.contains("left out with them: a.rows.scale"), "\(done)")
            let weights = try #require(try FormatRegistry.open("\(folder)/\(command)-p.safetensors").weights)
            #expect(weights.entries.map(\.name) == ["norm.weight", "a.rows.weight", "half.weight", "half.bias"])
            let verdict = try run("verify", "\(folder)/\(command)-p.safetensors", fixture("packed_layers"), "--dequantize")
            #expect(verdict.contains("4 bit for bit the same"), "\(verdict)")
        }
        #expect(try run("inspect", fixture("packed_layers")).contains("--dequantize"))
        let dequantized = try run("inspect", fixture("packed_layers"), "--dequantize")
        #expect(!dequantized.contains("_packed_params._packed_params "))
        for command in ["run", "inspect", "evaluate", "verify", "export", "slim"] {
            #expect(try run(command, "--help").contains("--dequantize"), "\(command)")
        }
    }

    @Test(
        "Patterns that match nothing are errors",
        arguments: [
            ["slim", "--drop", "nothing.*"], ["slim", "--keep", "nothing"], ["slim", "--strip-prefix", "module."],
            ["inspect", "--keys", "nothing*"],
        ]) func optionsThatChooseNothingAreErrors(_ arguments: [String]) throws
    {
        let output = arguments[0] == "slim" ? ["-o", "\(folder)/x.pth"] : []
        let run = try CommandRun([arguments[0], training] + output + arguments.dropFirst())
        #expect(
            run.status == 2 && run.errors.contains("\(arguments[2]) matches nothing") && run.output.isEmpty, "\(run.errors)"
        )
    }

    @Test("--drop accepts the names that messages show") func dropTakesTheNamesThatMessagesShow() throws {
        for (index, pattern) in ["output_layer.*", "backbone_state_dict.output_layer.*"].enumerated() {
            _ = try run("slim", training, "-o", "\(folder)/\(index).safetensors", "--drop", pattern)
            let names = try #require(try FormatRegistry.open("\(folder)/\(index).safetensors").weights).entries.map(\.name)
            #expect(!names.isEmpty && !names.contains { $0.hasPrefix("output_layer.") }, "\(pattern)")
        }
    }

    @Test("--state-dict means nothing if there is only one set of weights") func stateDictMeansNothingWhereThereIsOneSet() throws {
        _ = try run("slim", fixture("arrays"), "-o", "\(folder)/a.safetensors")
        let text = try run("slim", "\(folder)/a.safetensors", "-o", "\(folder)/b.pth", "--state-dict", "model", status: 64)
        #expect(text.contains("has no effect for safetensors"), "\(text)")
    }

    @Test("A line shows how to load a pth file") func aLineSaysHowAPthIsLoaded() throws {
        #expect(
            try run("slim", training, "-o", "\(folder)/a.pth").contains(
                "load: network.load_state_dict(torch.load(\"a.pth\")[\"backbone_state_dict\"])"))
        #expect(try run(training, "\(folder)/b.pth").contains("torch.load(\"b.pth\")[\"backbone_state_dict\"]"))
        #expect(
            try run("slim", fixture("whole_module"), "-o", "\(folder)/c.pth").contains(
                "load: network.load_state_dict(torch.load(\"c.pth\"))"))
        #expect(!(try run("slim", training, "-o", "\(folder)/d.safetensors")).contains("load:"))
    }

    @Test("Sidecar files belong to the checkpoint that they name or agree with")
    func sidecarsBelongToTheCheckpointThatTheyNameOrAgreeWith() throws {
        let bytes = try Fixtures.bytes(training)
        for name in ["small_epoch_003.pth", "other.pth"] { Fixtures.write(bytes, to: "\(folder)/\(name)") }
        for name in ["best_lfw.json", "training_config.json", "history.json"] {
            Fixtures.write(try Fixtures.bytes(Fixtures.path("training/\(name)")), to: "\(folder)/\(name)")
        }
        #expect(try run("inspect", "\(folder)/small_epoch_003.pth").contains("lfw_accuracy 0.93"))
        let other = try run("inspect", "\(folder)/other.pth")
        #expect(!other.contains("lfw_accuracy") && other.contains("training_config.json"), "\(other)")
        Fixtures.write(
            Array(#"{"model_arch": "ir_resnet50", "image_size": 112, "embedding_size": 32}"#.utf8), to: "\(folder)/training_config.json")
        #expect(!(try run("inspect", "\(folder)/other.pth")).contains("training_config.json"))
    }

    @Test("The safety scan of an index covers all shards") func theScanOfAnIndexIsThatOfAllShards() throws {
        let harmless = try Fixtures.bytes(fixture("arrays"))
        Fixtures.write(harmless, to: "\(folder)/a.bin")
        for (name, second, status) in [
            ("clean", harmless, Int32(0)), ("bad", ArchiveBytes.zip([("x/data.pkl", PickleBytes.dangerous)]), 1),
        ] {
            Fixtures.write(second, to: "\(folder)/\(name).bin")
            let index = "\(folder)/\(name).index.json"
            Fixtures.write(Array("{\"weight_map\": {\"a\": \"a.bin\", \"b\": \"\(name).bin\"}}".utf8), to: index)
            let text = try run("inspect", "--safety", index, status: status)
            #expect(text.contains("verdict: \(status == 0 ? "clean" : "dangerous")"), "\(text)")
        }
    }

    /// The header's length ends in the byte of NEXT_BUFFER or READONLY_BUFFER, but the file is not a pickle.
    @Test("A header length that spells a buffer opcode raises no alarm", arguments: [0x97, 0x98])
    func aHeaderLengthThatSpellsABufferOpcodeIsNoAlarm(_ length: Int) throws {
        let header = #"{"w":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}"#
        let padded = Array(header.utf8) + [UInt8](repeating: 0x20, count: length - header.utf8.count)
        let path = "\(folder)/t.safetensors"
        Fixtures.write(ArchiveBytes.little(UInt64(length)) + padded + [7], to: path)
        #expect(try run("inspect", "--safety", path).contains("verdict: clean"))
    }

    @Test("Every command that meets an unknown network accepts --verbose") func everyCommandThatMeetsAnUnknownNetworkTakesVerbose() throws {
        let unknown = Fixtures.path("models/branches.pth")
        Fixtures.write([], to: "\(folder)/x.npy")
        for arguments in [["run", unknown, "-i", "\(folder)/x.npy", "-o", "\(folder)/y.npy"], [unknown, "\(folder)/y.onnx"]] {
            let run = try CommandRun(arguments + ["--verbose"])
            #expect(run.status == 2 && run.errors.contains("  stem.conv.weight"), "\(run.errors)")
        }
    }

    @Test("Shards become one file, and bytes after an archive are reported")
    func shardsBecomeOneFileAndBytesAfterAnArchiveAreReported() throws {
        _ = try run("slim", fixture("arrays"), "-o", "\(folder)/part.safetensors")
        let names = try #require(try FormatRegistry.open("\(folder)/part.safetensors").weights).entries.map(\.name)
        let map = names.map { "\"\($0)\": \"part.safetensors\"" }.joined(separator: ", ")
        Fixtures.write(
            Array("{\"metadata\": {\"total_size\": 9}, \"weight_map\": {\(map)}}".utf8), to: "\(folder)/model.safetensors.index.json")
        let text = try run("\(folder)/model.safetensors.index.json", "\(folder)/one.pth")
        #expect(text.contains("note: the index says total_size 9"), "\(text)")
        #expect(try FormatRegistry.open("\(folder)/one.pth").weights?.entries.map(\.name) == names)
        Fixtures.write(try Fixtures.bytes(training) + [0x0A], to: "\(folder)/tail.pth")
        #expect(try run("slim", "\(folder)/tail.pth", "-o", "\(folder)/t.pth").contains("note: 1 bytes stand after the archive's end"))
    }
}
