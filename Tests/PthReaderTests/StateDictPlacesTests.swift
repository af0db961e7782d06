import ConvertFiles
import ConvertTensors
import Testing

@testable import PthReader

/// Where a state dict may be, and what may be between its tensors.
@Suite struct StateDictPlacesTests {
    @Test(
        "One entry that is not a tensor does not hide the others",
        arguments: [
            CheckpointValue.integer(3), .string("r18"), .none, .boolean(true), .float(0.5), .list([.integer(1)]),
            .bytes(ByteView(copying: [1], name: "b")),
        ])
    func oneEntryThatIsNotATensorHidesNoOthers(_ entry: CheckpointValue) throws {
        let found = try select(dictionary(["a": try tensor(), "odd": entry, "b": try tensor()]))
        #expect(found.path == "" && found.dictionary.names == ["a", "odd", "b"])
        #expect(found.nonTensors.map(\.name) == ["odd"] && found.nonTensors.map(\.kind) == [entry.kindName])
    }

    @Test("An extra state of None is not listed")
    func extraStateOfNoneIsNotListed() throws {
        let found = try select(dictionary(["a": try tensor(), "x._extra_state": .none, "y._extra_state": .string("s")]))
        #expect(found.nonTensors.map(\.name) == ["y._extra_state"])
    }

    @Test("State dicts in lists, in tuples and at any depth are found and named")
    func listsTuplesAndAnyDepthAreFoundAndNamed() throws {
        let (first, second) = (dictionary(["a": try tensor()]), dictionary(["b": try tensor()]))
        #expect(try select(.list([first, dictionary(["epoch": .integer(1)])])).path == "0")
        #expect(try select(.tuple([.integer(1), .list([.string("x"), first])])).path == "1.1")
        let models = dictionary(["models": .list([first, second])])
        #expect(throws: PthError.severalStateDicts(file: "test.pth", paths: ["models.0", "models.1"])) { try select(models) }
        #expect(try select(models, path: "models.1").dictionary.names == ["b"])
        var deep = first
        for name in ["h", "g", "f", "e", "d", "c", "b", "a"] { deep = dictionary([name: deep]) }
        #expect(try select(deep).path == "a.b.c.d.e.f.g.h")
        #expect(try select(deep, path: "a.b.c.d.e.f.g.h").dictionary.names == ["a"])
    }

    @Test("Keys may contain dots or be numbers")
    func keysMayHoldDotsAndBeNumbers() throws {
        let (first, second) = (dictionary(["a": try tensor()]), dictionary(["b": try tensor()]))
        let dotted = dictionary(["a.b": dictionary(["c.d": first]), "a": dictionary(["b": second])])
        #expect(try select(dotted, path: "a.b.c.d").dictionary.names == ["a"])
        #expect(try select(dotted, path: "a.b.c.d").components == ["a.b", "c.d"])
        let runs = CheckpointValue.dictionary(
            CheckpointDictionary(entries: [.init(key: .integer(3), value: first), .init(key: .integer(4), value: second)]))
        #expect(try select(dictionary(["runs": runs]), path: "runs.4").dictionary.names == ["b"])
    }

    @Test("A dot is the root")
    func aDotIsTheRoot() throws {
        let root = dictionary(["a": try tensor(), "net": dictionary(["b": try tensor()])])
        #expect(try select(root).path == "net")
        for dot in [".", "(the root)"] { #expect(try select(root, path: dot).dictionary.names == ["a", "net"]) }
    }

    @Test("A path without a state dict is an error that lists the paths that have one")
    func whatIsNotThereOrHoldsNoTensorsIsToldWithThePathsToType() throws {
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

    @Test("One of several is chosen by its known name, and the others are listed")
    func oneOfSeveralIsChosenByNameAndTheOthersAreNamed() throws {
        let weights = dictionary(["w": try tensor()])
        let found = try select(dictionary(["ema": weights, "net": weights, "model_ema": weights, "epoch": .integer(1)]))
        #expect(found.path == "net" && found.others == ["ema", "model_ema"])
        let insightface = try select(
            dictionary(["state_dict_backbone": weights, "state_dict_softmax_fc": weights, "state_optimizer": dictionary([:])]))
        #expect(insightface.path == "state_dict_backbone" && insightface.others == [])
    }

    @Test("Tensors that are not weights do not make a candidate")
    func tensorsThatAreNoWeightsMakeNoCandidate() throws {
        let weights = dictionary(["w": try tensor()])
        let root = dictionary([
            "weights": weights, "rng": try tensor([8], .uint8), "best": try tensor([]),
            "callbacks": dictionary(["checkpoint": dictionary(["best_model_score": try tensor([]), "best_model_path": .string("x")])]),
        ])
        #expect(try select(root).path == "weights" && (try select(root)).others == [])
        // If there is nothing else, they are candidates after all.
        #expect(try select(dictionary(["loss": try tensor([]), "epoch": .integer(1)])).path == "")
    }

    @Test("NumPy arrays are tensors if a torch dtype matches")
    func arraysOfNumpyAreTensorsWhereADTypeMatches() throws {
        guard case .tensor(let plain) = try tensor([2]) else { return }
        let root = dictionary([
            "a": .numpyArray(NumpyArray(dtype: "<f4", shape: [2], tensor: plain.tensor)),
            "b": .numpyArray(NumpyArray(dtype: "<U5", shape: [2], tensor: nil)),
        ])
        let found = try select(root)
        #expect(found.dictionary["a"]?.isTensor == true && found.nonTensors.map(\.name) == ["b"])
        #expect(found.nonTensors[0].kind.contains("<U5"))
    }

    /// Each level holds the previous one twice: expanded, it would never end.
    @Test("Shared containers do not expand without end", .timeLimit(.minutes(1)))
    func sharedContainersDoNotUnfoldWithoutEnd() throws {
        var lists = CheckpointValue.list([])
        var dictionaries = dictionary(["k": .integer(1)])
        var modules = StateDictPlacesTests.module([:], [:])
        for _ in 0..<100 {
            lists = .list([lists, lists])
            dictionaries = dictionary(["a": dictionaries, "b": dictionaries])
            modules = StateDictPlacesTests.module([:], ["a": modules, "b": modules])
        }
        for root in [lists, dictionaries, modules, .list([modules, modules])] {
            let error = #expect(throws: PthError.self) { try select(root) }
            if case .noStateDict? = error {} else { Issue.record("\(String(describing: error))") }
            #expect(throws: PthError.noSuchStateDict(file: "test.pth", path: "a.b.none", candidates: [])) {
                try select(root, path: "a.b.none")
            }
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
