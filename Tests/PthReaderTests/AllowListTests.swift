import ConvertFiles
import TestSupport
import Testing

@testable import PthReader

/// Every allowed name builds plain data whatever its arguments, or is not called clean; each one is tested.
@Suite struct AllowListTests {
    /// Every name on the list with its module; a few stand for the storage classes of each dtype.
    static let names = (Builder.allNames + ["torch.FloatStorage", "torch.cuda.HalfStorage", "torch.IntTensor", "torch.float32"]).map {
        full in
        let cut = full.lastIndex(of: ".") ?? full.startIndex
        return (module: String(full[..<cut]), name: String(full[full.index(after: cut)...]))
    }

    private func scan(_ opcodes: [UInt8]) throws -> SafetyScan {
        let path = "\(Fixtures.temporaryFolder())/file.pkl"
        Fixtures.write(PickleBytes.whole(opcodes), to: path)
        // Only names, arguments and states are judged here, not the structure of the checkpoint.
        return SafetyScan(try MappedFile(path: path), extent: .opening)
    }

    /// `module.name(argument)`.
    private func call(_ name: (module: String, name: String), _ argument: [UInt8]) -> [UInt8] {
        PickleBytes.global(name.module, name.name) + argument + [0x85, 0x52]
    }

    @Test("Every name on the allow-list is clean by itself")
    func everyNameAloneIsClean() throws {
        for name in AllowListTests.names { #expect(try scan(PickleBytes.global(name.module, name.name)).isCleared, "\(name)") }
        #expect(AllowListTests.names.count > 80)
    }

    /// A callable that is stored or called later runs with arguments that nobody has seen.
    @Test("A callable passed to any allowed name is not clean")
    func aCallableHandedToAnyOfThemIsNotClean() throws {
        // `defaultdict` stores builders of plain data, and calls them without arguments.
        for name in AllowListTests.names where name.name != "defaultdict" {
            let scan = try scan(call(name, PickleBytes.global("builtins", "bytearray")))
            #expect(!scan.isCleared, "\(name)")
        }
        for (module, name, verdict) in [
            ("builtins", "list", GlobalVerdict.clean), ("some", "thing", .unknown), ("os", "system", .dangerous),
            ("torch.hub", "load", .dangerous),
        ] {
            let scan = try scan(call(("collections", "defaultdict"), PickleBytes.global(module, name)))
            #expect(scan.verdict == verdict, "\(module).\(name)")
        }
    }

    @Test("A huge number is clean only for names that allocate nothing from it")
    func aNumberThatIsMuchLargerThanTheFileIsCleanOnlyWhereNothingIsMadeOfIt() throws {
        let large: [UInt8] = [0x8A, 6, 0, 0, 0, 0, 0, 1]
        let clean = try AllowListTests.names.filter { try scan(call($0, large)).isCleared }.map { "\($0.module).\($0.name)" }
        let rebuilds = clean.filter { $0.hasPrefix("torch._utils.") || $0.hasPrefix("torch.nn.") }
        #expect(
            clean.filter { !rebuilds.contains($0) }.sorted() == [
                "builtins.bool", "builtins.complex", "builtins.float", "builtins.int", "builtins.long", "builtins.object", "builtins.slice",
                "builtins.str", "builtins.unicode", "datetime.date", "datetime.datetime", "datetime.time", "datetime.timedelta",
                "datetime.timezone", "decimal.Decimal", "fractions.Fraction", "torch.device", "uuid.UUID",
            ])
        // torch's rebuild functions take tensors and storages, and fail if they get a number.
        #expect(rebuilds.count >= 10)
    }

    /// A state may set attributes that the unpickler calls afterwards.
    @Test(
        "A state that sets an attribute that loading calls is dangerous",
        arguments: ["__setstate__", "append", "extend", "add", "__class__"])
    func aStateThatSetsWhatLoadingCallsIsDangerous(_ key: String) throws {
        for name in AllowListTests.names {
            let state = [0x7D] + PickleBytes.text(key) + PickleBytes.global("builtins", "bytearray") + [0x73]
            let made = PickleBytes.global(name.module, name.name) + [0x29, 0x81]
            #expect(try scan(made + state + [0x62]).verdict == .dangerous, "\(name) as its dictionary")
            #expect(try scan(made + [0x4E] + state + [0x86, 0x62]).verdict == .dangerous, "\(name) as its slots")
        }
    }

    @Test("The result of a call is not a clean callable")
    func whatACallReturnedIsNotACleanCallable() throws {
        let typeO = PickleBytes.global("numpy", "dtype") + PickleBytes.text("O8") + [0x85, 0x52]
        let passed =
            PickleBytes.global("numpy.core.multiarray", "scalar") + typeO + PickleBytes.global("builtins", "bytearray") + [0x86, 0x52]
        #expect(try scan(passed).verdict == .unknown)
        #expect(try scan(passed + [0x4B, 1, 0x85, 0x52]).findings.contains { $0.reason == "what another call returned is called" })
    }

    @Test(
        "Strings are clean only for names that merely store or decode them",
        arguments: [
            ("_codecs", "encode", ["x", "latin1"], true), ("_codecs", "encode", ["x", "idna"], false), ("builtins", "str", ["x"], true),
            ("fractions", "Fraction", ["1/3"], true), ("fractions", "Fraction", ["1e999999999"], false),
            ("decimal", "Decimal", ["1e999999999"], true), ("pathlib", "PosixPath", ["a", "b"], true),
            ("builtins", "bytes", ["x", "utf-8"], true),
            ("builtins", "bytes", ["x", "uu"], false), ("torch", "device", ["cuda"], true), ("torch", "strided", ["x"], false),
            ("numpy", "ndarray", ["x"], false), ("numpy", "dtype", ["f4"], true), ("numpy", "dtype", ["f4,O"], false),
        ] as [(String, String, [String], Bool)])
    func textsAreCleanWhereTheyAreOnlyKept(_ module: String, _ name: String, _ texts: [String], _ isClean: Bool) throws {
        let arguments = [0x28] + texts.flatMap(PickleBytes.text) + [0x74, 0x52]
        #expect(try scan(PickleBytes.global(module, name) + arguments).isCleared == isClean)
    }

    @Test("Rebuilding through another function is judged by that function")
    func rebuildingByAnotherFunctionIsJudgedByThatFunction() throws {
        func rebuild(_ module: String, _ name: String, _ inner: [UInt8]) throws -> GlobalVerdict {
            let arguments = PickleBytes.global(module, name) + PickleBytes.global("torch", "Tensor") + inner + [0x7D, 0x74, 0x52]
            return try scan(PickleBytes.global("torch._tensor", "_rebuild_from_type_v2") + [0x28] + arguments).verdict
        }
        #expect(try rebuild("builtins", "bytearray", [0x4B, 1, 0x85]) == .unknown)
        #expect(try rebuild("os", "system", [0x4B, 1, 0x85]) == .dangerous)
        #expect(try rebuild("torch._utils", "_rebuild_parameter", [0x4E, 0x85]) == .clean)
        #expect(try rebuild("torch._utils", "_rebuild_nested_tensor", [0x4E, 0x85]) == .unknown)
    }
}
