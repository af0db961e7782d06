import ConvertFiles
import Testing

@testable import PthReader

/// Pickles that are not checkpoints, and bytes that Python 3's protocol 2 writes as text.
@Suite struct PlainPickleTests {
    /// `_codecs.encode(text, 'latin1')` in protocol 2.
    private func encoded(_ text: String) -> ByteView {
        func unicode(_ text: String) -> [UInt8] {
            [0x58] + (0..<4).map { UInt8(truncatingIfNeeded: text.utf8.count >> (8 * $0)) } + text.utf8
        }
        return ByteView(
            copying: [0x80, 2] + Array("c_codecs\nencode\n".utf8) + unicode(text) + unicode("latin1") + [0x86, 0x52, 0x2E], name: "pickle")
    }

    private func value(_ text: String) throws -> CheckpointValue { try PlainPickle(encoded(text), allowed: ["_codecs.encode"]).value }

    @Test("All 256 bytes come back from their text") func allBytesComeBackFromTheirText() throws {
        let text = String(String.UnicodeScalarView((0..<256).compactMap { Unicode.Scalar(UInt32($0)) }))
        guard case .bytes(let bytes) = try value(text) else {
            Issue.record("no bytes")
            return
        }
        #expect(bytes.array == (0..<256).map { UInt8($0) })
        guard case .bytes(let none) = try value("") else {
            Issue.record("no bytes")
            return
        }
        #expect(none.count == 0)
    }

    @Test("Text beyond Latin-1 is not bytes", arguments: ["\u{FF}\u{100}", "\u{10FFFF}", "a\u{C4}\u{2014}"])
    func textBeyondLatin1IsNotBytes(_ text: String) throws {
        guard case .placeholder(let object) = try value(text) else {
            Issue.record("it was read")
            return
        }
        #expect(object.className == "_codecs.encode")
    }

    @Test("A name that is not allowed is refused, and what follows the pickle is counted") func foreignNamesAreRefused() throws {
        #expect(throws: PlainPickle.Foreign(name: "_codecs.encode", offset: 2)) { try PlainPickle(encoded("x"), allowed: []) }
        let surplus = ByteView(copying: encoded("x").array + [1, 2, 3], name: "pickle")
        #expect(try PlainPickle(surplus, allowed: ["_codecs.encode"]).surplus == 3)
    }
}
