import ConvertFiles
import ConvertTensors
import TestSupport
import Testing

@testable import Exporters
@testable import PthReader

private func dictionary(_ entries: [(CheckpointValue, CheckpointValue)]) -> CheckpointValue {
    .dictionary(CheckpointDictionary(entries: entries.map { .init(key: $0.0, value: $0.1) }))
}

/// A tensor over its own storage.
private func tensor(_ count: Int) throws -> CheckpointValue {
    let storage = Storage(name: "s\(count)", bytes: ByteView(copying: [UInt8](repeating: 1, count: count * 4), name: "s"))
    return .tensor(TorchTensor(try Tensor(dtype: .float32, shape: [count], storage: storage), location: "cpu"))
}

private func object(_ name: String) -> CheckpointValue {
    .placeholder(
        Placeholder(className: name, arguments: [], keywords: nil, states: [], items: [], entries: CheckpointDictionary(entries: [])))
}

/// Keys that the safe loader refuses are rewritten; each change is reported, and no two keys become one.
@Suite struct SlimKeyTests {
    private func plan(_ keys: [CheckpointValue], atTop: Bool = false) throws -> SlimPlan {
        let entries = keys.enumerated().map { ($1, CheckpointValue.integer(Int64($0))) }
        let state = (CheckpointValue.string("state_dict"), dictionary([(.string("weight"), try tensor(2))]))
        let root = dictionary(atTop ? [state] + entries : [state, (.string("config"), dictionary(entries))])
        return try SlimPlan(
            root, file: "test.pth", selection: try StateDictSelection(in: root, file: "test.pth"), rules: SlimPlan.Rules())
    }

    private func keys(_ plan: SlimPlan) -> [CheckpointValue] {
        guard case .dictionary(let root) = plan.root, case .dictionary(let config)? = root["config"] else { return [] }
        return config.entries.map(\.key)
    }

    static let three = CheckpointValue.numpyScalar(NumpyScalar(dtype: "<i8", value: .integer(3)))

    @Test("Each changed key is reported") func eachChangedKeyIsTold() throws {
        let plan = try plan([
            SlimKeyTests.three, .path("a"), .date("2020-01-01"), object("lab.Key"), .frozenSet([.string("b"), .integer(1)]),
            .tuple([.path("c"), .integer(4)]), .string("plain"), .tuple([.integer(5)]),
        ])
        #expect(
            plan.changes.map(\.what) == [
                "the key numpy <i8 3 written as 3", "the key path a written as \"a\"",
                "the key date or time 2020-01-01 written as \"2020-01-01\"",
                "the key object of lab.Key written as \"lab.Key\"", "the key frozenset {\"b\", 1} written as \"frozenset {\"b\", 1}\"",
                "the key (path c, 4) written as (\"c\", 4)",
            ])
        #expect(plan.changes.allSatisfy { $0.path == "config" })
        #expect(
            keys(plan).map(\.keyText) == [
                "i3", "sa", "s2020-01-01", "slab.Key", "sfrozenset {\"b\", 1}", "t 2:sc 2:i4", "splain", "t 2:i5",
            ])
    }

    static let colliding: [([CheckpointValue], String, String)] = [
        ([.string("a"), .path("a")], "\"a\"", "path a"), ([.path("a"), .date("a")], "path a", "date or time a"),
        ([object("k"), .global("k")], "object of k", "class or function k"), ([object("k"), object("k")], "object of k", "object of k"),
        ([.tuple([.path("a")]), .tuple([.string("a")])], "(path a)", "(\"a\")"),
        ([.frozenSet([.string("a")]), .string("frozenset {\"a\"}")], "frozenset {\"a\"}", "\"frozenset {\"a\"}\""),
    ]

    @Test("Keys that would become one are an error that names both", arguments: colliding.indices, [false, true])
    func keysThatWouldBecomeOneAreAnErrorThatNamesBoth(_ index: Int, _ atTop: Bool)
        throws
    {
        let (keys, first, second) = SlimKeyTests.colliding[index]
        let error = #expect(throws: SlimError.self) { try plan(keys, atTop: atTop) }
        guard case .keyCollision(let path, first, second, _)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(path == (atTop ? "the root" : "config"))
    }

    @Test("Keys that stay distinct are kept") func keysThatStayApartAreKept() throws {
        let plan = try plan([
            .frozenSet([.string("a")]), .frozenSet([.string("b")]), .float(.nan), .float(.nan), .tuple([.path("a")]), .tuple([.path("b")]),
        ])
        #expect(keys(plan).count == 6)
    }

    @Test("A key of tuples that share each other does not expand without end")
    func aKeyOfTuplesThatShareEachOtherDoesNotUnfoldWithoutEnd() throws {
        var key = CheckpointValue.path("a")
        for _ in 0..<60 { key = .tuple([key, key]) }
        #expect(throws: SlimError.tooManyValues) { try plan([key]) }
    }
}

/// What stayed and what was dropped, counted in bytes of storages.
@Suite struct SlimAccountTests {
    private func open() throws -> OpenedFile {
        let path = "\(Fixtures.temporaryFolder())/training.pth"
        let history = dictionary([(.string("losses"), try tensor(64)), (.string("rates"), try tensor(128))])
        let root = dictionary([
            (.string("state_dict"), dictionary([(.string("a"), try tensor(16)), (.string("b"), try tensor(32))])),
            (.string("history"), history), (.string("optimizerG"), dictionary([(.string("m"), try tensor(8))])),
            (.string("anchors"), try tensor(4)), (.string("epoch"), .integer(3)), (.string("names"), .list([.string("x")])),
        ])
        let output = try OutputFile(target: path, replacing: false, inputs: [])
        try PthWriter.write(root, to: output)
        try output.flush()
        try output.commit()
        return try FormatRegistry.open(path)
    }

    private func shares(_ opened: OpenedFile, keep: [String] = [], drop: [String] = [], as format: any FileFormat.Type = PthFormat.self)
        throws
        -> [String: SlimFile.Share]
    {
        var rules = SlimPlan.Rules()
        (rules.keep, rules.drop) = (keep, drop)
        let slim = try SlimFile(opened, rules: rules)
        return Dictionary(uniqueKeysWithValues: slim.shares(of: opened, as: format).map { ($0.name, $0) })
    }

    @Test("Without rules, training data is dropped and the rest stays") func withoutRulesTrainingGoesAndTheRestStays() throws {
        let found = try shares(try open())
        #expect(found["backbone"] == .init(name: "backbone", byteCount: 192, stayed: 192))
        #expect(found["other"] == .init(name: "other", byteCount: 16, stayed: 16))
        #expect(found["history"] == .init(name: "history", byteCount: 768, stayed: 0))
        #expect(found["optimizer"] == .init(name: "optimizer", byteCount: 32, stayed: 0))
        #expect(found["pickle"]?.stayed == nil && found["container"]?.stayed == nil)
    }

    @Test("A group that is partly dropped is split") func aGroupOfWhichAPartGoesIsSplit() throws {
        let opened = try open()
        let found = try shares(opened, keep: ["history.losses"], drop: ["state_dict.a"])
        #expect(found["history"] == .init(name: "history", byteCount: 768, stayed: 256))
        #expect(found["backbone"] == .init(name: "backbone", byteCount: 192, stayed: 128))
        let slim = try SlimFile(
            opened,
            rules: {
                var rules = SlimPlan.Rules(); rules.keep = ["history.losses"]; return rules
            }())
        #expect(slim.changes.contains(.init(path: "history", what: "only the values to keep stay")))
    }

    @Test("What another format cannot hold is dropped and named") func whatAnotherFormatCannotHoldWentAndIsNamed() throws {
        let opened = try open()
        let found = try shares(opened, keep: ["history"], as: SafetensorsFormat.self)
        #expect(found["backbone"]?.stayed == 192 && found["other"]?.stayed == 0 && found["history"]?.stayed == 0)
        var rules = SlimPlan.Rules()
        rules.keep = ["history"]
        let slim = try SlimFile(opened, rules: rules)
        #expect(slim.leftOut(by: SafetensorsFormat.self) == ["history (dict)", "anchors (Tensor)", "names (list)"])
        #expect(slim.leftOut(by: PthFormat.self).isEmpty)
    }

    @Test("Part of a file without a pickle is counted too") func aPartOfAFileWithoutAPickleIsCountedToo() throws {
        let folder = Fixtures.temporaryFolder()
        let output = try OutputFile(target: "\(folder)/a.safetensors", replacing: false, inputs: [])
        try SlimFile(try open(), rules: SlimPlan.Rules()).write(to: output, as: SafetensorsFormat.self)
        try output.flush()
        try output.commit()
        let opened = try FormatRegistry.open("\(folder)/a.safetensors")
        let before = try #require(opened.groups.first { $0.name == "backbone" }?.byteCount)
        let found = try shares(opened, drop: ["state_dict.a"])
        #expect(found["backbone"] == .init(name: "backbone", byteCount: before, stayed: before - 64))
    }

    @Test("Part of an old storage view belongs to its group") func theStretchOfAnOldStorageViewBelongsToItsGroup() throws {
        let opened = try FormatRegistry.open(Fixtures.path("containers/legacy_view_metadata.pth"))
        #expect(opened.groups.first { $0.name == "backbone" }?.byteCount == 32)
        #expect(!opened.groups.contains { $0.name == "unused storages" })
    }

    @Test("Tensors that repeat their bytes are refused if together they expand too far")
    func tensorsThatRepeatTheirBytesAreRefusedWhereTogetherTheyUnfoldTooFar() throws {
        let storage = Storage(name: "s", bytes: ByteView(copying: [0, 0, 0, 0], name: "s"))
        let entries = try (0..<3).map { index -> (CheckpointValue, CheckpointValue) in
            // Half a gigabyte each, which a single tensor may have.
            let repeated = try Tensor(dtype: .float32, shape: [1 << 27], strides: [0], offset: 0, storage: storage)
            return (.string("t\(index)"), .tensor(TorchTensor(repeated, location: "cpu")))
        }
        for (count, isRefused) in [(1, false), (3, true)] {
            let path = "\(Fixtures.temporaryFolder())/repeated.pth"
            let output = try OutputFile(target: path, replacing: false, inputs: [])
            try PthWriter.write(dictionary(Array(entries.prefix(count))), to: output)
            try output.flush()
            try output.commit()
            let opened = try FormatRegistry.open(path)
            if isRefused {
                #expect(throws: TensorError.self) { try SlimFile(opened, rules: SlimPlan.Rules()) }
            } else {
                #expect(throws: Never.self) { try SlimFile(opened, rules: SlimPlan.Rules()) }
            }
        }
    }
}
