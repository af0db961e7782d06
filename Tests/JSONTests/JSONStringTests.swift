import Testing

@testable import ConvertJSON

@Suite struct JSONStringTests {
    @Test("Escapes are resolved, and invalid ones are errors with their offset")
    func escapes() throws {
        #expect(try parsed(#""\"\\\/\b\f\n\r\t\u0041\u00E9\u00e9""#) == .string("\"\\/\u{8}\u{C}\n\r\tA\u{E9}\u{E9}"))
        #expect(try parsed(#""a\u0000b""#) == .string("a\0b"))
        #expect(failure(#""\x""#) == .invalidEscape(offset: 1))
        #expect(failure(#""ab\u12g4""#) == .invalidEscape(offset: 3))
        #expect(failure("\"a\nb\"") == .controlCharacter(10, offset: 2))
        #expect(failure("\"\\\n\"") == .invalidEscape(offset: 1))
    }

    @Test("Surrogate pairs become one scalar, and lone surrogates are errors")
    func surrogates() throws {
        #expect(try parsed(#""\ud83d\ude00""#) == .string("😀"))
        #expect(try parsed(#""x\uD800\uDC00\uDBFF\uDFFFy""#) == .string("x\u{10000}\u{10FFFF}y"))
        #expect(failure(#""\ud83d""#) == .loneSurrogate(offset: 1))
        #expect(failure(#""\ud83dxxxxxx""#) == .loneSurrogate(offset: 1))
        #expect(failure(#""\ud83d\n""#) == .loneSurrogate(offset: 1))
        #expect(failure(#""a\ude00""#) == .loneSurrogate(offset: 2))
        #expect(failure(#""\ud83d\ud83d""#) == .loneSurrogate(offset: 1))
        #expect(failure(#""\ud83d\u0041""#) == .loneSurrogate(offset: 1))
        #expect(failure(#""\ud83d\u00zz""#) == .invalidEscape(offset: 7))
    }

    @Test(
        "Invalid UTF-8 is an error at the offset of its first bad byte",
        arguments: [
            [0x80], [0xC0, 0x80], [0xC3], [0xE2, 0x82], [0xED, 0xA0, 0x80], [0xF0, 0x80, 0x80, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xFF],
        ] as [[UInt8]])
    func invalidUTF8(_ bad: [UInt8]) {
        let quote: [UInt8] = [0x22]
        let good = Array("é".utf8)
        #expect(failure(quote + good + bad + quote) == .invalidUTF8(offset: 3))
        #expect(failure(quote + Array(#"\n"#.utf8) + good + bad + quote) == .invalidUTF8(offset: 5))
    }

    @Test("Every Unicode scalar survives a round trip")
    func everyScalarComesBack() throws {
        var text = ""
        for code in UInt32(0)..<0x2000 { if let scalar = Unicode.Scalar(code) { text.unicodeScalars.append(scalar) } }
        text += "\u{FFFF}\u{10000}\u{10FFFF}"
        let back = try #require(try parsed(JSONValue.string(text).text()).string)
        #expect(Array(back.utf8) == Array(text.utf8))
    }
}
