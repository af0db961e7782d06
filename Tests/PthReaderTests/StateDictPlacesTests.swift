import Files
import JSON
import Tensors
import TestSupport
import Testing

@testable import PthReader

private func dictionary(_ entries: KeyValuePairs<String, CheckpointValue>) -> CheckpointValue {
    .dictionary(CheckpointDictionary(entries: entries.map { .init(key: .string($0.key), value: $0.value) }))
}

private func tensor(_ shape: [Int] = [1], _ dtype: DType = .float32) throws -> CheckpointValue {
    let count = shape.reduce(1, *) * dtype.byteCount
    let storage = Storage(name: "s", bytes: ByteView(copying: [UInt8](repeating: 0, count: count), name: "s"))
    return .tensor(TorchTensor(try Tensor(dtype: dtype, shape: shape, storage: storage), location: "cpu"))
}

private func select(_ root: CheckpointValue, path: String? = nil) throws -> StateDictSelection {
    try StateDictSelection(in: root, file: "test.pth", path: path)
}

/// Where a state dict may lie, and what may stand between its tensors.
@Suite struct StateDictPlacesTests {
    @Test(arguments: [
        CheckpointValue.integer(3), .string("r18"), .none, .boolean(true), .float(0.5), .list([.integer(1)]),
        .bytes(ByteView(copying: [1], name: "b")),
    ]) func oneEntryThatIsNotATensorHidesNoOthers(_ entry: CheckpointValue) throws {
        let found = try select(dictionary(["a": try tensor(), "odd": entry, "b": try tensor()]))
        #expect(found.path == "" && found.dictionary.names == ["a", "odd", "b"])
        #expect(found.nonTensors.map(\.name) == ["odd"] && found.nonTensors.map(\.kind) == [entry.kindName])
    }

    @Test func extraStateOfNoneIsNotListed() throws {
        let found = try select(dictionary(["a": try tensor(), "x._extra_state": .none, "y._extra_state": .string("s")]))
        #expect(found.nonTensors.map(\.name) == ["y._extra_state"])
    }

    @Test func listsTuplesAndAnyDepthAreFoundAndNamed() throws {
        let (first, second) = (dictionary(["a": try tensor()]), dictionary(["b": try tensor()]))
        #expect(try select(.list([first, dictionary(["epoch": .integer(1)])])).path == "0")
        #expect(try select(.tuple([.integer(1), .list([.string("x"), first])])).path == "1.1")
        let models = dictionary(["models": .list([first, second])])
        #expect(throws: PthError.severalStateDicts(file: "test.pth", paths: ["models.0", "models.1"])) { try select(models) }
        #expect(try select(models, path: "models.1").dictionary.names == ["b"])
        var deep = first
        for name in ["h", "g", "f", "e", "d", "c", "b", "a"] { deep = dictionary([:]).inserting(name, deep) }
        #expect(try select(deep).path == "a.b.c.d.e.f.g.h")
        #expect(try select(deep, path: "a.b.c.d.e.f.g.h").dictionary.names == ["a"])
    }

    @Test func keysMayHoldDotsAndBeNumbers() throws {
        let (first, second) = (dictionary(["a": try tensor()]), dictionary(["b": try tensor()]))
        let dotted = dictionary(["a.b": dictionary(["c.d": first]), "a": dictionary(["b": second])])
        #expect(try select(dotted, path: "a.b.c.d").dictionary.names == ["a"])
        #expect(try select(dotted, path: "a.b.c.d").components == ["a.b", "c.d"])
        let runs = CheckpointValue.dictionary(
            CheckpointDictionary(entries: [.init(key: .integer(3), value: first), .init(key: .integer(4), value: second)]))
        #expect(try select(dictionary(["runs": runs]), path: "runs.4").dictionary.names == ["b"])
    }

    @Test func aDotIsTheRoot() throws {
        let root = dictionary(["a": try tensor(), "net": dictionary(["b": try tensor()])])
        #expect(try select(root).path == "net")
        for dot in [".", "(the root)"] { #expect(try select(root, path: dot).dictionary.names == ["a", "net"]) }
    }

    @Test func whatIsNotThereOrHoldsNoTensorsIsToldWithThePathsToType() throws {
        let root = dictionary(["a": dictionary(["w": try tensor()]), "b": .list([.integer(1)]), "c": dictionary([:])])
        #expect(throws: PthError.noSuchStateDict(file: "test.pth", path: "a.x", candidates: ["a"])) { try select(root, path: "a.x") }
        #expect(throws: PthError.notAStateDict(file: "test.pth", path: "b", found: "list", candidates: ["a"])) {
            try select(root, path: "b")
        }
        #expect(throws: PthError.notAStateDict(file: "test.pth", path: "c", found: "dict", candidates: ["a"])) {
            try select(root, path: "c")
        }
        let both = dictionary(["w": try tensor(), "v": try tensor(), "x": .list([dictionary(["w": try tensor()])])])
        #expect(try select(both).candidates == ["(the root)"])
    }

    @Test func oneOfSeveralIsChosenByNameAndTheOthersAreNamed() throws {
        let weights = dictionary(["w": try tensor()])
        let found = try select(dictionary(["ema": weights, "net": weights, "model_ema": weights, "epoch": .integer(1)]))
        #expect(found.path == "net" && found.others == ["ema", "model_ema"])
        let insightface = try select(
            dictionary(["state_dict_backbone": weights, "state_dict_softmax_fc": weights, "state_optimizer": dictionary([:])]))
        #expect(insightface.path == "state_dict_backbone" && insightface.others == [])
    }

    @Test func tensorsThatAreNoWeightsMakeNoCandidate() throws {
        let weights = dictionary(["w": try tensor()])
        let root = dictionary([
            "weights": weights, "rng": try tensor([8], .uint8), "best": try tensor([]),
            "callbacks": dictionary(["checkpoint": dictionary(["best_model_score": try tensor([]), "best_model_path": .string("x")])]),
        ])
        #expect(try select(root).path == "weights" && (try select(root)).others == [])
        // Where nothing else is there, they are better than nothing.
        #expect(try select(dictionary(["loss": try tensor([]), "epoch": .integer(1)])).path == "")
    }

    @Test func arraysOfNumpyAreTensorsWhereADTypeMatches() throws {
        guard case .tensor(let plain) = try tensor([2]) else { return }
        let root = dictionary([
            "a": .numpyArray(NumpyArray(dtype: "<f4", shape: [2], tensor: plain.tensor)),
            "b": .numpyArray(NumpyArray(dtype: "<U5", shape: [2], tensor: nil)),
        ])
        let found = try select(root)
        #expect(found.dictionary["a"]?.isTensor == true && found.nonTensors.map(\.name) == ["b"])
        #expect(found.nonTensors[0].kind.contains("<U5"))
    }

    /// Each level holds the one before it twice: unfolded it would never end.
    @Test(.timeLimit(.minutes(1))) func sharedContainersDoNotUnfoldWithoutEnd() throws {
        var lists = CheckpointValue.list([])
        var dictionaries = dictionary(["k": .integer(1)])
        var modules = StateDictPlacesTests.module([:], [:])
        for _ in 0..<100 {
            lists = .list([lists, lists])
            dictionaries = dictionary(["a": dictionaries, "b": dictionaries])
            modules = StateDictPlacesTests.module([:], ["a": modules, "b": modules])
        }
        for root in [lists, dictionaries, modules, .list([modules, modules])] {
            #expect(throws: PthError.self) { try select(root) }
            #expect(throws: PthError.self) { try select(root, path: "a.b.none") }
        }
    }

    private static func module(_ parameters: KeyValuePairs<String, CheckpointValue>, _ children: KeyValuePairs<String, CheckpointValue>)
        -> CheckpointValue
    {
        .placeholder(
            Placeholder(
                className: "lab.Net", arguments: [], keywords: nil,
                states: [
                    dictionary(["_parameters": dictionary(parameters), "_buffers": dictionary([:]), "_modules": dictionary(children)])
                ],
                items: [], entries: CheckpointDictionary(entries: [])))
    }
}

extension CheckpointValue {
    fileprivate func inserting(_ name: String, _ value: CheckpointValue) -> CheckpointValue {
        guard case .dictionary(let old) = self else { return self }
        return .dictionary(CheckpointDictionary(entries: old.entries + [.init(key: .string(name), value: value)]))
    }
}

/// Checkpoints that torch wrote, against the state dicts that torch gives: names and their order, dtypes, shapes and every bit.
@Suite struct StateDictFixtureTests {
    static let cases: [(file: String, path: String)] = {
        guard let bytes = try? Fixtures.bytes(Fixtures.path("state_dicts/expected.json")),
            let files = (try? JSONParser.parse(bytes))?.object
        else { return [] }
        return files.members.flatMap { file in (file.value.object?.members ?? []).map { (file.key, $0.key) } }
    }()

    private func expected(_ file: String, _ path: String) throws -> [JSONObject] {
        let root = try #require(try JSONParser.parse(try Fixtures.bytes(Fixtures.path("state_dicts/expected.json"))).object)
        return try #require(root[file]?.object?[path]?.array).compactMap(\.object)
    }

    @Test func thereAreCases() { #expect(StateDictFixtureTests.cases.count == 7) }

    @Test(arguments: cases) func aStateDictIsThatOfTorchBitForBit(_ file: String, _ path: String) throws {
        let checkpoint = try Checkpoint(try MappedFile(path: Fixtures.path("state_dicts/\(file)")))
        var found = try StateDictSelection(in: checkpoint.root, file: file, path: path == "root" ? "." : path)
        if ["quantized.pth", "packed.pth"].contains(file) { found = try found.dequantized() }
        let expected = try expected(file, path)
        let entries = found.dictionary.entries.filter(\.value.isTensor)
        let names = expected.compactMap { $0["name"]?.string }
        #expect(file == "packed.pth" ? Set(entries.map(\.key.pathComponent)) == Set(names) : entries.map(\.key.pathComponent) == names)
        for facts in expected {
            let name = try #require(facts["name"]?.string)
            guard case .tensor(let tensor)? = found.dictionary[name] else {
                Issue.record("\(name) is missing")
                continue
            }
            #expect(tensor.tensor.dtype.rawValue == facts["dtype"]?.string, "\(name)")
            #expect(tensor.tensor.shape == facts["shape"]?.array?.compactMap(\.integer), "\(name)")
            let bytes = try tensor.tensor.cOrderBytes().array
            let hex = bytes.map { String($0 / 16, radix: 16) + String($0 % 16, radix: 16) }.joined()
            #expect(hex == facts["hex"]?.string, "\(name)")
            #expect(!tensor.isParameter && !tensor.requiresGrad, "\(name)")
        }
    }

    @Test func entriesWithoutDataAreNamedAndTheOthersKept() throws {
        let checkpoint = try Checkpoint(try MappedFile(path: Fixtures.path("state_dicts/mixed.pth")))
        let found = try StateDictSelection(in: checkpoint.root, file: "mixed.pth")
        #expect(found.nonTensors.map(\.name) == ["epoch", "arch", "empty", "hollow", "hollow_parameter"])
        #expect(found.nonTensors.suffix(2).allSatisfy { $0.kind.contains("holds no data") })
        #expect(found.dictionary.entries.filter(\.value.isTensor).count == 16)
        let packed = try StateDictSelection(
            in: try Checkpoint(try MappedFile(path: Fixtures.path("state_dicts/packed.pth"))).root, file: "packed.pth")
        #expect(packed.nonTensors.contains { $0.name == "_packed_params._packed_params" && $0.kind == "packed quantized parameters" })
    }

    @Test func newerElementTypesKeepTheirNames() throws {
        let checkpoint = try Checkpoint(try MappedFile(path: Fixtures.path("state_dicts/newer_dtypes.pth")))
        let found = try StateDictSelection(in: checkpoint.root, file: "newer_dtypes.pth")
        for entry in found.dictionary.entries {
            guard case .tensor(let tensor) = entry.value else { continue }
            #expect(tensor.tensor.dtype.rawValue == entry.key.pathComponent)
            #expect(try tensor.tensor.cOrderBytes().array == Array(1...16), "\(entry.key.pathComponent)")
            #expect(try TensorStatistics(of: tensor.tensor) == nil)
        }
        #expect(found.dictionary.entries.count == 6 && found.nonTensors.isEmpty)
    }
}
