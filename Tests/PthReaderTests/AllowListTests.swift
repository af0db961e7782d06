import Files
import TestSupport
import Testing

@testable import PthReader

/// Whatever is on the allow-list builds plain data whatever it is given, or is not called clean: gone through one by one.
@Suite struct AllowListTests {
    /// Every name of the list with its module; storage classes of each dtype stand for themselves.
    static let names = (Builder.allNames + ["torch.FloatStorage", "torch.cuda.HalfStorage", "torch.IntTensor", "torch.float32"]).map {
        full in
        let cut = full.lastIndex(of: ".") ?? full.startIndex
        return (module: String(full[..<cut]), name: String(full[full.index(after: cut)...]))
    }

    private func scan(_ opcodes: [UInt8]) throws -> SafetyScan {
        let path = "\(Fixtures.temporaryFolder())/file.pkl"
        Fixtures.write(PickleBytes.whole(opcodes), to: path)
        // Only names, arguments and states are judged here; what the checkpoint's reader says of them is another matter.
        return SafetyScan(try MappedFile(path: path), extent: .opening)
    }

    /// `module.name(argument)`.
    private func call(_ name: (module: String, name: String), _ argument: [UInt8]) -> [UInt8] {
        PickleBytes.global(name.module, name.name) + argument + [0x85, 0x52]
    }

    @Test func everyNameAloneIsClean() throws {
        for name in AllowListTests.names { #expect(try scan(PickleBytes.global(name.module, name.name)).isCleared, "\(name)") }
        #expect(AllowListTests.names.count > 80)
    }

    /// A callable that is kept or called later runs with arguments that nobody saw.
    @Test func aCallableHandedToAnyOfThemIsNotClean() throws {
        // `defaultdict` keeps builders of plain data, and calls them without arguments.
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

    @Test func aNumberThatIsMuchLargerThanTheFileIsCleanOnlyWhereNothingIsMadeOfIt() throws {
        let large: [UInt8] = [0x8A, 6, 0, 0, 0, 0, 0, 1]
        let clean = try AllowListTests.names.filter { try scan(call($0, large)).isCleared }.map { "\($0.module).\($0.name)" }
        let rebuilds = clean.filter { $0.hasPrefix("torch._utils.") || $0.hasPrefix("torch.nn.") }
        #expect(
            clean.filter { !rebuilds.contains($0) }.sorted() == [
                "builtins.bool", "builtins.complex", "builtins.float", "builtins.int", "builtins.long", "builtins.object", "builtins.slice",
                "builtins.str", "builtins.unicode", "datetime.date", "datetime.datetime", "datetime.time", "datetime.timedelta",
                "datetime.timezone", "decimal.Decimal", "fractions.Fraction", "torch.device", "uuid.UUID",
            ])
        // A rebuild of torch's takes tensors and storages, and fails at a number.
        #expect(rebuilds.count >= 10)
    }

    /// A state may set what the unpickler then calls.
    @Test(arguments: ["__setstate__", "append", "extend", "add", "__class__"]) func aStateThatSetsWhatLoadingCallsIsDangerous(_ key: String)
        throws
    {
        for name in AllowListTests.names {
            let state = [0x7D] + PickleBytes.text(key) + PickleBytes.global("builtins", "bytearray") + [0x73]
            let made = PickleBytes.global(name.module, name.name) + [0x29, 0x81]
            #expect(try scan(made + state + [0x62]).verdict == .dangerous, "\(name) as its dictionary")
            #expect(try scan(made + [0x4E] + state + [0x86, 0x62]).verdict == .dangerous, "\(name) as its slots")
        }
    }

    @Test func whatACallReturnedIsNotACleanCallable() throws {
        let typeO = PickleBytes.global("numpy", "dtype") + PickleBytes.text("O8") + [0x85, 0x52]
        let passed =
            PickleBytes.global("numpy.core.multiarray", "scalar") + typeO + PickleBytes.global("builtins", "bytearray") + [0x86, 0x52]
        #expect(try scan(passed).verdict == .unknown)
        #expect(try scan(passed + [0x4B, 1, 0x85, 0x52]).findings.contains { $0.reason == "what another call returned is called" })
    }

    @Test(
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

    @Test func rebuildingByAnotherFunctionIsJudgedByThatFunction() throws {
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

/// States of `numpy.dtype`, which NumPy believes: as NumPy writes them, or dangerous.
@Suite struct NumpyTypeTests {
    private static let minusOne: [UInt8] = [0x4A, 0xFF, 0xFF, 0xFF, 0xFF]
    private static let none3: [UInt8] = [0x4E, 0x4E, 0x4E]

    private static func type(_ code: String) -> [UInt8] {
        PickleBytes.global("numpy", "dtype") + PickleBytes.text(code) + [0x89, 0x88, 0x87, 0x52]
    }

    /// A dtype with a state of eight: version, order, what `middle` gives, size, alignment, flags.
    private static func type(_ code: String, _ order: String, _ middle: [UInt8], _ size: [UInt8], _ alignment: [UInt8], flags: UInt8)
        -> [UInt8]
    {
        type(code) + [0x28, 0x4B, 3] + PickleBytes.text(order) + middle + size + alignment + [0x4B, flags, 0x74, 0x62]
    }

    private static func number(_ value: UInt8) -> [UInt8] { [0x4B, value] }

    /// `None, ("a",), {"a": (type, offset)}`.
    private static func field(_ type: [UInt8], at offset: [UInt8]) -> [UInt8] {
        [0x4E] + PickleBytes.text("a") + [0x85, 0x7D] + PickleBytes.text("a") + type + offset + [0x86, 0x73]
    }

    private func verdict(_ opcodes: [UInt8]) throws -> GlobalVerdict {
        let path = "\(Fixtures.temporaryFolder())/file.pkl"
        Fixtures.write(PickleBytes.whole(opcodes), to: path)
        return SafetyScan(try MappedFile(path: path), extent: .opening).verdict
    }

    @Test func whatNumPyWritesIsClean() throws {
        let (minus, none) = (NumpyTypeTests.minusOne, NumpyTypeTests.none3)
        let float = NumpyTypeTests.type("f4", "<", none, minus, minus, flags: 0)
        let object = NumpyTypeTests.type("O8", "|", none, minus, minus, flags: 63)
        let eight = NumpyTypeTests.number(8)
        for (what, opcodes) in [
            ("float", float), ("object", object),
            ("text", NumpyTypeTests.type("U3", "<", none, NumpyTypeTests.number(12), NumpyTypeTests.number(4), flags: 8)),
            ("bytes", NumpyTypeTests.type("S5", "|", none, NumpyTypeTests.number(5), NumpyTypeTests.number(1), flags: 0)),
            (
                "fields",
                NumpyTypeTests.type(
                    "V8", "|", NumpyTypeTests.field(float, at: NumpyTypeTests.number(4)), eight, NumpyTypeTests.number(1), flags: 16)
            ),
            (
                "objects with both flags",
                NumpyTypeTests.type(
                    "V8", "|", NumpyTypeTests.field(object, at: NumpyTypeTests.number(0)), eight, NumpyTypeTests.number(1), flags: 27)
            ),
            (
                "subarray",
                NumpyTypeTests.type(
                    "V8", "|", float + NumpyTypeTests.number(2) + [0x85, 0x86, 0x4E, 0x4E], eight, NumpyTypeTests.number(4), flags: 0)
            ),
        ] { #expect(try verdict(opcodes) == .clean, "\(what)") }
    }

    @Test func whatMakesNumPyFollowForeignMemoryIsDangerous() throws {
        let (minus, none) = (NumpyTypeTests.minusOne, NumpyTypeTests.none3)
        let float = NumpyTypeTests.type("f4", "<", none, minus, minus, flags: 0)
        let object = NumpyTypeTests.type("O8", "|", none, minus, minus, flags: 63)
        let (eight, one) = (NumpyTypeTests.number(8), NumpyTypeTests.number(1))
        for (what, opcodes) in [
            (
                "an object field without its flag",
                NumpyTypeTests.type("V8", "|", NumpyTypeTests.field(object, at: [0x4B, 0]), eight, one, flags: 16)
            ),
            (
                "a bare object field without its flag",
                NumpyTypeTests.type("V8", "|", NumpyTypeTests.field(NumpyTypeTests.type("O8"), at: [0x4B, 0]), eight, one, flags: 0)
            ),
            (
                "a field past the item",
                NumpyTypeTests.type("V8", "|", NumpyTypeTests.field(float, at: [0x4D, 0xE8, 3]), eight, one, flags: 16)
            ),
            (
                "a field that ends past the item",
                NumpyTypeTests.type("V8", "|", NumpyTypeTests.field(float, at: [0x4B, 5]), eight, one, flags: 16)
            ),
            ("a field before the item", NumpyTypeTests.type("V8", "|", NumpyTypeTests.field(float, at: minus), eight, one, flags: 16)),
            (
                "an item larger than its code",
                NumpyTypeTests.type("V8", "|", NumpyTypeTests.field(float, at: [0x4B, 0]), [0x4B, 200], one, flags: 16)
            ),
            ("objects without their flags", NumpyTypeTests.type("O8", "|", none, minus, minus, flags: 0)),
            ("numbers with fields", NumpyTypeTests.type("f4", "<", NumpyTypeTests.field(float, at: [0x4B, 0]), minus, minus, flags: 0)),
            ("numbers of another size", NumpyTypeTests.type("f4", "<", none, [0x4B, 64], minus, flags: 0)),
            ("numbers with flags", NumpyTypeTests.type("f4", "<", none, minus, minus, flags: 1)),
            ("texts of another size", NumpyTypeTests.type("S5", "|", none, [0x4B, 200], one, flags: 0)),
            (
                "a subarray larger than its item",
                NumpyTypeTests.type("V8", "|", float + [0x4B, 9, 0x85, 0x86, 0x4E, 0x4E], eight, one, flags: 0)
            ),
            ("a state that is no tuple", NumpyTypeTests.type("f4") + [0x7D, 0x62]),
        ] { #expect(try verdict(opcodes) == .dangerous, "\(what)") }
    }
}
