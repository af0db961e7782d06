import Testing

@testable import ConvertJSON

@Suite struct JSONGrammarTests {
    @Test("Every kind of value is parsed")
    func everyKindOfValue() throws {
        let text = #"{"a": null, "b" : [true,false , 1, -2.5], "c":{}, "d":[], "e":"é"}"# + " \n\t\r"
        let expected = JSONObject([
            "a": .null, "b": .array([.boolean(true), .boolean(false), .integer(1), .number(-2.5)]), "c": .object(JSONObject()),
            "d": .array([]), "e": .string("é"),
        ])
        #expect(try parsed(text) == .object(expected))
    }

    @Test("Any collection of bytes can be parsed")
    func anyCollectionOfBytes() throws {
        #expect(try JSONParser.parse("[1]".utf8) == .array([.integer(1)]))
        #expect(try JSONParser.parse([0x20, 0x31, 0x20].dropFirst()) == .integer(1))
    }

    @Test("A duplicate key is an error, however it is spelled and however many keys there are")
    func duplicateKeys() {
        #expect(failure(#"{"a":1,"b":2,"a":3}"#) == .duplicateKey("a", offset: 13))
        #expect(failure(#"{"a":1,"\u0061":3}"#) == .duplicateKey("a", offset: 7))
        let many = (0..<50).map { "\"k\($0)\":0" }.joined(separator: ",")
        #expect(failure("{\(many)}") == nil)
        #expect(failure("{\(many),\"k0\":1}") == .duplicateKey("k0", offset: many.utf8.count + 2))
    }

    @Test("Keys that are only equivalent in Unicode are different keys")
    func keysThatUnicodeHoldsEquivalentAreTwoKeys() throws {
        let object = try #require(try parsed("{\"\u{E9}\":1,\"e\u{301}\":2}").object)
        #expect(object.members.count == 2)
        #expect(object["\u{E9}"] == .integer(1))
        #expect(object["e\u{301}"] == .integer(2))
    }

    @Test("Nesting beyond the limit is an error, and the limit itself is bounded")
    func depth() {
        func nested(_ count: Int) -> String { String(repeating: "[", count: count) + String(repeating: "]", count: count) }
        #expect(failure(nested(129)) == nil)
        #expect(failure(nested(130)) == .tooDeep(limit: 128, offset: 129))
        #expect(failure(String(repeating: "{\"a\":", count: 100_000)) == .tooDeep(limit: 128, offset: 645))
        #expect(failure("1", JSONLimits(depth: 0)) == nil)
        #expect(failure("[1]", JSONLimits(depth: -5)) == .tooDeep(limit: 0, offset: 1))
        let deepest = JSONLimits(depth: .max)
        #expect(deepest.depth == JSONLimits.greatestDepth)
        #expect(failure(nested(JSONLimits.greatestDepth + 1), deepest) == nil)
        #expect(failure(nested(100_000), deepest) == .tooDeep(limit: 1024, offset: 1025))
    }

    @Test("White space after the value is allowed, before it only on request, and nothing else may follow")
    func spaceAroundTheValue() throws {
        #expect(failure(" 1") == .leadingSpace(offset: 0))
        #expect(try parsed(" \n1", JSONLimits(allowsLeadingSpace: true)) == .integer(1))
        #expect(failure("1  ") == nil)
        #expect(failure("1 2") == .trailingBytes(offset: 2))
        #expect(failure("{}\0") == .trailingBytes(offset: 2))
        #expect(failure("\u{FEFF}1") == .unexpectedByte(0xEF, expected: "a value", offset: 0))
        #expect(failure("[1,\u{A0}2]") == .unexpectedByte(0xC2, expected: "a value", offset: 3))
    }

    @Test(
        "Malformed text is an error",
        arguments: [
            "[1,]", "[,1]", "[1 2]", "{\"a\":1,}", "{a:1}", "{\"a\" 1}", "{\"a\":}", "{1:1}", "tru", "True", "nul", "nulL", "'a'", "[1}",
            "// a", "[1]]", "\"\t\"", "\"\\x\"", "\"\\u12g4\"", "\"\\u+123\"", "?", "",
        ])
    func malformed(_ text: String) {
        #expect(failure(text) != nil)
    }

    @Test("Every prefix is an unexpected end, and no changed byte traps")
    func noCutAndNoChangedByteTraps() throws {
        let text = #"{"k\n\ud83d\ude00é":[1,-2.5e+10,18446744073709551615,true,null,{"x":"y"}],"z":"\u00e9"}"#
        let bytes = Array(text.utf8)
        #expect(failure(bytes) == nil)
        for count in bytes.indices {
            let error = try #require(failure(Array(bytes[..<count])))
            guard case .unexpectedEnd(_, let offset) = error else {
                Issue.record("cut to \(count): \(error)")
                continue
            }
            #expect(offset == count)
        }
        for index in bytes.indices {
            for byte in UInt8.min...UInt8.max {
                var changed = bytes
                changed[index] = byte
                _ = failure(changed, JSONLimits(acceptsPythonNumbers: true))
            }
        }
    }

    @Test("Errors give the problem and its offset, and never print a whole key")
    func errorsSayWhatAndWhere() {
        let unexpected = JSONError.unexpectedByte(7, expected: "a key", offset: 3)
        #expect("\(unexpected)" == "unexpected byte 0x07 at byte 3, expected a key")
        #expect("\(JSONError.unexpectedEnd(expected: "a digit", offset: 9))" == "the text ends at byte 9, expected a digit")
        #expect("\(JSONError.duplicateKey("a\u{1B}\"", offset: 4))" == #"the key "a\u001b\"" is repeated at byte 4"#)
        #expect("\(JSONError.duplicateKey(String(repeating: "x", count: 5000), offset: 0))".utf8.count < 200)
        let others: [JSONError] = [
            .leadingSpace(offset: 77), .tooDeep(limit: 1, offset: 77), .invalidUTF8(offset: 77), .controlCharacter(1, offset: 77),
            .invalidEscape(offset: 77), .loneSurrogate(offset: 77), .numberOutOfRange(offset: 77), .trailingBytes(offset: 77),
        ]
        for error in others { #expect("\(error)".hasSuffix("at byte 77")) }
    }
}
