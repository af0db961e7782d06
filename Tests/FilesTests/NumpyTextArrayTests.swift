import TestSupport
import Testing

@testable import ConvertFiles

/// Arrays of strings in NumPy's format.
@Suite struct NumpyTextArrayTests {
    private func array(_ kind: String, _ shape: [Int], _ units: [UInt32]) throws -> [String] {
        let bytes = NumpyHeader.bytes(kind: kind, shape: shape) + units.flatMap { ArchiveBytes.little($0) }
        return try NumpyTextArray(ByteView(copying: bytes, name: "x")).texts
    }

    @Test("Strings read back as written, and every prefix is an error")
    func textsComeBackAsTheyWereWritten() throws {
        let texts = ["", "plain", "Zoë", "a\u{0}b", "\u{1F600}", "e\u{301}"]
        let bytes = NumpyTextArray(texts: texts).bytes(name: "x")
        let again = try NumpyTextArray(bytes).texts
        #expect(again.map { Array($0.unicodeScalars) } == texts.map { Array($0.unicodeScalars) })
        for length in 0..<bytes.count {
            #expect(throws: (any Error).self) { try NumpyTextArray(try bytes.window(at: 0, count: length)) }
        }
        #expect(try NumpyTextArray(NumpyTextArray(texts: []).bytes(name: "x")).texts.isEmpty)
    }

    @Test("Padding is removed, and units that are not characters are refused")
    func fillingIsCutOffAndWhatIsNoCharacterIsRefused() throws {
        #expect(try array("<U3", [2], [0x61, 0, 0, 0x61, 0, 0x62]) == ["a", "a\u{0}b"])
        for unit in [0xD800, 0x110000, UInt32.max] {
            #expect(throws: NumpyError.malformed(file: "x", detail: "text 0 has the unit \(unit), which is not a character")) {
                try array("<U1", [1], [unit])
            }
        }
        for (kind, shape, units) in [
            ("<U1", [1, 1], [UInt32(0x61)]), ("<f4", [1], [0]), (">U1", [1], [0]), ("<U-1", [1], []), ("<U99999999", [0], []),
            ("<U1", [], [0x61]),
        ] { #expect(throws: NumpyError.noTexts(file: "x", kind: kind, shape: shape)) { try array(kind, shape, units) } }
        #expect(throws: NumpyError.malformed(file: "x", detail: "its texts have zero width")) { try array("<U0", [9_000_000_000], []) }
        #expect(throws: NumpyError.malformed(file: "x", detail: "its shape is too large")) { try array("<U2", [.max], []) }
        #expect(try array("<U0", [0], []) == [])
    }
}
