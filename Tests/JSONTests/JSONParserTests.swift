import JSON
import Testing

private func parse(_ text: String) throws(JSONError) -> JSONValue { try JSONParser.parse(Array(text.utf8)) }

@Suite struct JSONParserTests {
    @Test func valuesAreExactAndOrdered() throws {
        let value = try parse(#"{"b": [1, -2.5e3, 9223372036854775807, true, null], "a": "x\n\u00e9\ud83d\ude00"}"#)
        let object = try #require(value.object)
        #expect(object.members.map(\.key) == ["b", "a"])
        #expect(object["b"] == .array([.integer(1), .number(-2500), .integer(.max), .boolean(true), .null]))
        #expect(object["a"]?.string == "x\né😀")
    }

    @Test(arguments: [
        #"{"a":1,"a":2}"#, "[1,]", "{,}", "01", "1.", "+1", "\"\\x\"", "\"\\ud800\"", "\"\u{1}\"", "tru", "[1] 2", "", "{\"a\"}", "nan",
        "1e999x",
    ])
    func malformedTextIsRefused(_ text: String) {
        #expect(throws: JSONError.self) { try parse(text) }
    }

    @Test func depthIsLimited() {
        let text = String(repeating: "[", count: 200) + String(repeating: "]", count: 200)
        #expect(throws: JSONError.tooDeep(limit: 128, offset: 129)) { try parse(text) }
    }

    @Test func invalidUTF8IsRefused() {
        #expect(throws: JSONError.self) { try JSONParser.parse([0x22, 0xFF, 0x22]) }
    }

    @Test func everyPrefixIsRefused() {
        let text = Array(#"{"a":[1.5,"b",{"c":null}]}"#.utf8)
        for length in 0..<text.count { #expect(throws: JSONError.self) { try JSONParser.parse(Array(text[..<length])) } }
    }

    @Test(arguments: [true, false]) func whatIsWrittenReadsBackTheSame(_ pretty: Bool) throws {
        let value = try parse(#"{"a":[1,[2,{}],[]],"b":"\"\\\n\t\u0001é","c":0.1,"d":-0.0,"e":1e300}"#)
        #expect(try parse(value.text(pretty: pretty)) == value)
    }
}
