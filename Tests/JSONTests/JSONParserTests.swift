import ConvertJSON
import Testing

private func parse(_ text: String) throws(JSONError) -> JSONValue { try JSONParser.parse(Array(text.utf8)) }

@Suite struct JSONParserTests {
    @Test("Integers are exact and members keep their order")
    func valuesAreExactAndOrdered() throws {
        let value = try parse(#"{"b": [1, -2.5e3, 9223372036854775807, true, null], "a": "x\n\u00e9\ud83d\ude00"}"#)
        let object = try #require(value.object)
        #expect(object.members.map(\.key) == ["b", "a"])
        #expect(object["b"] == .array([.integer(1), .number(-2500), .integer(.max), .boolean(true), .null]))
        #expect(object["a"]?.string == "x\né😀")
    }

    @Test(
        "Malformed text is an error with its offset",
        arguments: [
            (#"{"a":1,"a":2}"#, .duplicateKey("a", offset: 7)), ("[1,]", .unexpectedByte(0x5D, expected: "a value", offset: 3)),
            ("{,}", .unexpectedByte(0x2C, expected: "a key", offset: 1)),
            ("01", .unexpectedByte(0x31, expected: "no digit after a leading zero", offset: 1)),
            ("1.", .unexpectedEnd(expected: "a digit", offset: 2)), ("+1", .unexpectedByte(0x2B, expected: "a value", offset: 0)),
            ("\"\\x\"", .invalidEscape(offset: 1)), ("\"\\ud800\"", .loneSurrogate(offset: 1)),
            ("\"\u{1}\"", .controlCharacter(1, offset: 1)), ("tru", .unexpectedEnd(expected: "true", offset: 3)),
            ("[1] 2", .trailingBytes(offset: 4)), ("", .unexpectedEnd(expected: "a value", offset: 0)),
            ("{\"a\"}", .unexpectedByte(0x7D, expected: "a colon", offset: 4)),
            ("nan", .unexpectedByte(0x61, expected: "null", offset: 1)), ("1e999x", .numberOutOfRange(offset: 0)),
        ] as [(String, JSONError)])
    func malformedTextIsRefused(_ text: String, _ error: JSONError) {
        #expect(throws: error) { try parse(text) }
    }

    @Test("Nesting deeper than 128 is an error")
    func depthIsLimited() {
        let text = String(repeating: "[", count: 200) + String(repeating: "]", count: 200)
        #expect(throws: JSONError.tooDeep(limit: 128, offset: 129)) { try parse(text) }
    }

    @Test("Invalid UTF-8 is an error")
    func invalidUTF8IsRefused() {
        #expect(throws: JSONError.invalidUTF8(offset: 1)) { try JSONParser.parse([0x22, 0xFF, 0x22]) }
    }

    @Test("Every prefix of a text is an error")
    func everyPrefixIsRefused() {
        let text = Array(#"{"a":[1.5,"b",{"c":null}]}"#.utf8)
        for length in 0..<text.count {
            let error = #expect(throws: JSONError.self) { try JSONParser.parse(Array(text[..<length])) }
            if case .unexpectedEnd(_, length)? = error {} else { Issue.record("cut to \(length): \(String(describing: error))") }
        }
    }

    @Test("A written value reads back equal", arguments: [true, false])
    func whatIsWrittenReadsBackTheSame(_ pretty: Bool) throws {
        let value = try parse(#"{"a":[1,[2,{}],[]],"b":"\"\\\n\t\u0001é","c":0.1,"d":-0.0,"e":1e300}"#)
        #expect(try parse(value.text(pretty: pretty)) == value)
    }
}
