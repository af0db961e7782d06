import ConvertFiles
import TestSupport
import Testing

@testable import PthReader

/// States of `numpy.dtype`, which NumPy trusts, are dangerous unless NumPy writes them that way.
@Suite struct NumpyTypeTests {
    private static let minusOne: [UInt8] = [0x4A, 0xFF, 0xFF, 0xFF, 0xFF]
    private static let none3: [UInt8] = [0x4E, 0x4E, 0x4E]

    private static func type(_ code: String) -> [UInt8] {
        PickleBytes.global("numpy", "dtype") + PickleBytes.text(code) + [0x89, 0x88, 0x87, 0x52]
    }

    /// A dtype with a state of eight items: version, order, the three items of `middle`, size, alignment, flags.
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

    @Test("A dtype state that NumPy writes is clean")
    func whatNumPyWritesIsClean() throws {
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

    @Test("A dtype state that makes NumPy read unrelated memory is dangerous")
    func whatMakesNumPyFollowForeignMemoryIsDangerous() throws {
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
