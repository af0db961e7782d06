import ConvertFiles
import ConvertIR
import ConvertTensors
import Exporters
import PthReader
import TestSupport
import Testing
import Verifier

/// `convert slim`, run as a user runs it.
@Suite struct SlimCommandTests {
    let folder = Fixtures.temporaryFolder()
    let training = Fixtures.path("training/small_epoch_003.pth")

    @Test("A training checkpoint loses what inference does not need") func aTrainingCheckpointLosesWhatInferenceDoesNotNeed() throws {
        let run = try CommandRun(["slim", training, "-o", "\(folder)/slim.pth"])
        #expect(run.status == 0, "\(run.errors)")
        let checkpoint = try Checkpoint(try MappedFile(path: "\(folder)/slim.pth"))
        guard case .dictionary(let root) = checkpoint.root else {
            Issue.record("no dictionary")
            return
        }
        for gone in ["optimizer_state_dict", "scheduler_state_dict", "arcface_state_dict", "history"] {
            #expect(root[gone] == nil, "\(gone)")
        }
        for kept in ["backbone", "epoch", "image_size", "backbone_state_dict", "embedding_size"] { #expect(root[kept] != nil, "\(kept)") }
        let source = try FormatRegistry.open(training)
        let slim = try FormatRegistry.open("\(folder)/slim.pth")
        try BitwiseComparison.check(try #require(slim.weights), against: try #require(source.weights), file: "slim.pth")
        #expect(slim.weights?.entries.count == 187)
    }

    @Test("A second training checkpoint is not taken for the output, unless it is named as one", arguments: ["slim", "export"])
    func aSecondCheckpointIsNotTheOutput(_ command: String) throws {
        let (second, slim) = ("\(folder)/second.pth", "\(folder)/slim.pth")
        let bytes = try Fixtures.bytes(training)
        Fixtures.write(bytes, to: second)
        let run = try CommandRun([command, training, second, "-f"])
        #expect(run.status == 64 && run.errors.contains("second.pth: is a training checkpoint"), "\(run.errors)")
        #expect(run.errors.contains("-o DIR/") && run.output.isEmpty)
        #expect(try Fixtures.bytes(second) == bytes)
        // What an earlier run wrote is replaced as before.
        #expect(try CommandRun([command, training, slim]).status == 0)
        #expect(try CommandRun([command, training, slim, "-f"]).status == 0)
        #expect(try CommandRun([command, training, "-o", second, "-f"]).status == 0)
        #expect(try Fixtures.bytes(second) == Fixtures.bytes(slim))
    }

    @Test("A bare state dict is the root of its file, rounded if asked for, with shared tensors still shared")
    func aBareStateDictIsTheRoot() throws {
        let out = "\(folder)/bare.pth"
        let run = try CommandRun(["slim", training, "-o", out, "--bare", "--dtype", "half"])
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.output.contains("load: network.load_state_dict(torch.load(\"bare.pth\"))"), "\(run.output)")
        let checkpoint = try Checkpoint(try MappedFile(path: out))
        guard case .dictionary(let root) = checkpoint.root else {
            Issue.record("no dictionary")
            return
        }
        let source = try #require(try FormatRegistry.open(training).weights)
        #expect(root.kind == .orderedDict && root.names == source.entries.map(\.name))
        let found = try #require(try FormatRegistry.open(out).weights)
        try BitwiseComparison.check(found, against: try source.rounded(to: .float16), file: out)
        #expect(found["output_layer.4.num_batches_tracked"]?.dtype == .int64)
        // Names of one tensor.
        let shared = Fixtures.path("views/shared.pth")
        #expect(try CommandRun(["slim", shared, "-o", "\(folder)/s.pth", "--dtype", "bfloat16"]).status == 0)
        let (before, after) = (try FormatRegistry.open(shared).weights, try FormatRegistry.open("\(folder)/s.pth").weights)
        #expect(before?.aliases.map(\.name) == after?.aliases.map(\.name) && before?.aliases.isEmpty == false)
        #expect(try CommandRun(["slim", training, "-o", "\(folder)/k.pth", "--bare", "--keep", "epoch"]).status == 64)
        // load_state_dict refuses keys that are neither parameters nor buffers.
        let mixed = try CommandRun(["slim", Fixtures.path("state_dicts/mixed.pth"), "-o", "\(folder)/m.pth", "--bare"])
        #expect(mixed.status == 0 && mixed.output.contains("left out, because it is not a tensor"), "\(mixed.output)\(mixed.errors)")
        guard case .dictionary(let plain) = try Checkpoint(try MappedFile(path: "\(folder)/m.pth")).root else {
            Issue.record("no dictionary")
            return
        }
        #expect(!plain.entries.isEmpty && plain.entries.allSatisfy { $0.value.isTensor || $0.key.pathComponent.hasSuffix("_extra_state") })
    }

    @Test("Numbers that float16 cannot hold are refused by name") func numbersThatFloat16CannotHoldAreRefused() throws {
        let state = CheckpointDictionary(
            kind: .orderedDict,
            entries: [
                .init(
                    key: .string("w"),
                    value: .tensor(
                        TorchTensor(
                            try Tensor(
                                dtype: .float32, shape: [1],
                                storage: Storage(name: "w", bytes: ByteView(copying: [0, 0x24, 0x74, 0x49], name: "w"))), location: "cpu")))
            ])
        let path = "\(folder)/large.pth"
        let output = try OutputFile(target: path, replacing: true, inputs: [])
        try PthWriter.write(.dictionary(state), to: output)
        try output.commit()
        let run = try CommandRun(["slim", path, "-o", "\(folder)/l.pth", "--dtype", "float16"])
        #expect(run.status == 2 && run.errors.contains("become infinite in w (1 number, the largest 1000000.0)"), "\(run.errors)")
        #expect(try CommandRun(["slim", path, "-o", "\(folder)/l.pth", "--dtype", "bfloat16"]).status == 0)
    }

    static let sources = ["views", "dtypes", "containers"].flatMap { Fixtures.names(in: $0) }.filter { name in
        let container = Fixtures.manifest[name]?["container"]?.string ?? ""
        let hasStateDict = !["untyped_storage", "big_endian", "tar.pth"].contains { name.contains($0) }
        return ["zip", "legacy", "pickle"].contains(container) && hasStateDict
    }

    @Test("Every readable fixture keeps bits, strides and sharing", arguments: sources) func everyReadableFixtureKeepsBitsStridesAndSharing(
        _ name: String
    ) throws {
        let out = "\(folder)/slim.pth"
        let run = try CommandRun(["slim", Fixtures.path(name), "-o", out])
        #expect(run.status == 0, "\(run.errors)")
        let source = try FormatRegistry.open(Fixtures.path(name))
        let slim = try FormatRegistry.open(out)
        let (before, after) = (try #require(source.weights), try #require(slim.weights))
        try BitwiseComparison.check(after, against: before, file: out)
        for (left, right) in zip(before.entries, after.entries) { #expect(left.tensor.strides == right.tensor.strides, "\(left.name)") }
        #expect(before.aliases.map(\.name) == after.aliases.map(\.name))
    }

    @Test("Shared tensors become aliases in safetensors") func sharedTensorsTravelAsAliasesInSafetensors() throws {
        let out = "\(folder)/shared.safetensors"
        let run = try CommandRun(["slim", Fixtures.path("views/shared.pth"), "-o", out])
        #expect(run.status == 0, "\(run.errors)")
        let (source, slim) = (try FormatRegistry.open(Fixtures.path("views/shared.pth")), try FormatRegistry.open(out))
        #expect(Set(slim.weights?.entries.map(\.name) ?? []) == Set(source.weights?.entries.map(\.name) ?? []))
        #expect(slim.weights?.aliases.isEmpty == false)
    }

    @Test("The same input gives the same bytes") func theSameInputGivesTheSameBytes() throws {
        for ending in ["pth", "safetensors"] {
            let (first, second) = ("\(folder)/a.\(ending)", "\(folder)/b.\(ending)")
            #expect(try CommandRun(["slim", training, "-o", first]).status == 0)
            #expect(try CommandRun(["slim", training, "-o", second]).status == 0)
            #expect(try Fixtures.bytes(first) == Fixtures.bytes(second))
        }
    }

    @Test("All metadata is converted to what the safe loader accepts, and each change is reported")
    func everyKindOfMetadataIsTurnedIntoWhatTheSafeLoaderTakesAndEachChangeIsTold() throws {
        let run = try CommandRun(["slim", Fixtures.path("metadata/everything.pth"), "-o", "\(folder)/m.pth"])
        #expect(run.status == 0, "\(run.errors)")
        for word in ["numpy scalar", "path written as text", "Namespace written as dict", "frozenset written as set", "dropped"] {
            #expect(run.output.contains(word), "\(word)")
        }
        let scan = SafetyScan(try MappedFile(path: "\(folder)/m.pth"))
        #expect(scan.isCleared, "\(scan.findings.filter { $0.verdict != .clean })")
    }

    @Test("--keep and --drop work on dotted paths") func keepAndDropWorkOnDottedPaths() throws {
        let out = "\(folder)/k.pth"
        let run = try CommandRun([
            "slim", training, "-o", out, "--keep", "history", "--drop", "backbone_state_dict.output_layer.*", "--drop", "epoch",
        ])
        #expect(run.status == 0, "\(run.errors)")
        let checkpoint = try Checkpoint(try MappedFile(path: out))
        guard case .dictionary(let root) = checkpoint.root, case .dictionary(let state)? = root["backbone_state_dict"] else {
            Issue.record("no dictionary")
            return
        }
        #expect(root["history"] != nil && root["epoch"] == nil && root["optimizer_state_dict"] == nil)
        #expect(!state.names.isEmpty && !state.names.contains { $0.hasPrefix("output_layer.") })
    }

    @Test("safetensors converts back to the same checkpoint") func safetensorsGoesBackToTheSameCheckpoint() throws {
        let (first, second) = ("\(folder)/s.safetensors", "\(folder)/s.pth")
        #expect(try CommandRun(["slim", training, "-o", first]).status == 0)
        #expect(try CommandRun(["slim", first, "-o", second]).status == 0)
        let (source, back) = (try FormatRegistry.open(training), try FormatRegistry.open(second))
        #expect(back.selection?.path == "backbone_state_dict")
        try BitwiseComparison.check(try #require(back.weights), against: try #require(source.weights), file: second)
        #expect(back.weights?.metadata["distill_weight"] == source.weights?.metadata["distill_weight"])
        #expect(back.weights?.metadata["backbone"] == .string("ir_resnet18"))
    }

    @Test("The report gives both sizes of a split group, and what a format cannot hold")
    func theReportTellsBothNumbersOfAGroupThatIsSplitAndWhatAFormatCannotHold() throws {
        let split = try CommandRun(["slim", training, "-o", "\(folder)/r.pth", "--drop", "backbone_state_dict.output_layer.*"])
        let row = split.output.split(separator: "\n").first { $0.hasPrefix("  backbone ") }
        #expect(row?.contains(" kept, ") == true && row?.hasSuffix(" removed") == true, "\(split.output)")
        let run = try CommandRun(["slim", Fixtures.path("metadata/everything.pth"), "-o", "\(folder)/r.safetensors"])
        let line = run.output.split(separator: "\n").first { $0.hasPrefix("left out, because a .safetensors") }
        #expect(line?.contains("nested (dict)") == true && line?.contains("epoch") == false, "\(run.output)")
    }
}
