import TestSupport
import Testing

@testable import ConvertFiles

/// Arrays of numbers in NumPy's format.
@Suite struct NumpyArrayTests {
    private func array(_ kind: String, _ shape: [Int], _ bytes: [UInt8], isFortran: Bool = false) throws -> NumpyArray {
        var header = NumpyHeader.bytes(kind: kind, shape: shape)
        if isFortran, let place = header.firstRange(of: Array("False, ".utf8)) {
            header.replaceSubrange(place, with: Array("True,  ".utf8))
        }
        return try NumpyArray(ByteView(copying: header + bytes, name: "x"))
    }

    @Test("Fortran order gives the same numbers as C order")
    func fortranOrderGivesTheSameNumbersAsCOrder() throws {
        // numpy.arange(24).reshape(2, 3, 4), and the bytes of its numpy.asfortranarray.
        let stored: [UInt8] = [0, 12, 4, 16, 8, 20, 1, 13, 5, 17, 9, 21, 2, 14, 6, 18, 10, 22, 3, 15, 7, 19, 11, 23]
        let read = try array("|u1", [2, 3, 4], stored, isFortran: true)
        #expect(read.doubles == (0..<24).map { Double($0) } && read.floats == (0..<24).map { Float($0) } && read.shape == [2, 3, 4])
        let floats = stored.flatMap { ArchiveBytes.little(Float($0).bitPattern) }
        #expect(try array("<f4", [2, 3, 4], floats, isFortran: true).floats == (0..<24).map { Float($0) })
        #expect(try array("|u1", [3], [1, 2, 3], isFortran: true).doubles == [1, 2, 3])
        #expect(try array("|u1", [2, 0], [], isFortran: true).doubles == [])
    }

    @Test("Every number type is read in either byte order")
    func everyNumberTypeIsReadInEitherByteOrder() throws {
        func both(_ kind: String, _ little: [UInt8], _ expected: Double) throws {
            #expect(try array("<" + kind, [1], little).doubles == [expected], "<\(kind)")
            #expect(try array(">" + kind, [1], little.reversed()).doubles == [expected], ">\(kind)")
            #expect(try array("<" + kind, [1], little).floats == [Float(expected)], "<\(kind)")
        }
        try both("f4", ArchiveBytes.little(Float(-1.5).bitPattern), -1.5)
        try both("f8", ArchiveBytes.little(Double(0.1).bitPattern), 0.1)
        try both("i2", ArchiveBytes.little(Int16(-300)), -300)
        try both("u2", ArchiveBytes.little(UInt16(65535)), 65535)
        try both("i4", ArchiveBytes.little(Int32(-70_000)), -70_000)
        try both("u4", ArchiveBytes.little(UInt32(4_000_000_000)), 4_000_000_000)
        try both("i8", ArchiveBytes.little(Int64(-5_000_000_000)), -5_000_000_000)
        #expect(try array("|i1", [2], [0xFF, 0x7F]).doubles == [-1, 127])
        // Every kind of half: zero, the smallest, one, the largest, infinite.
        for (bits, value) in [
            (UInt16(0), 0.0), (1, 0x1p-24), (0x03FF, 1023 * 0x1p-24), (0x0400, 0x1p-14), (0x3C00, 1), (0xC000, -2), (0x7BFF, 65504),
            (0x7C00, .infinity),
        ] { try both("f2", ArchiveBytes.little(bits), value) }
        #expect(try array("<f2", [1], ArchiveBytes.little(UInt16(0x7E00))).doubles[0].isNaN)
        #expect(try array("|u1", [1], [7]).element.name == "uint8")
    }

    @Test("Other element types are refused by name")
    func otherKindsAreRefusedByName() throws {
        for kind in ["|O", "<c8", "<U4", "|b1", "<f16", "|f4", "=f4", "<i3", "f4", ""] {
            #expect(throws: NumpyError.unsupported(file: "x", what: "elements of \(kind)"), "\(kind)") {
                try array(kind, [1], [UInt8](repeating: 0, count: 16))
            }
        }
    }
}
