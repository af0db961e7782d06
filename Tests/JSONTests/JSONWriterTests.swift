import Testing

@testable import ConvertJSON

@Suite struct JSONWriterTests {
    static let sample = JSONValue.object(
        JSONObject([
            "z": .array([.integer(1), .integer(-2)]), "a": .object(JSONObject(["t": .boolean(true), "n": .null])), "e": .array([]),
            "o": .object(JSONObject()), "m": .array([.object(JSONObject(["x": .string("\"\\\n\u{1}é")])), .array([.number(1)])]),
            "u": .unsigned(.max),
        ]))

    @Test("Compact text has no white space")
    func compact() {
        #expect(
            JSONWriterTests.sample.text()
                == #"{"z":[1,-2],"a":{"t":true,"n":null},"e":[],"o":{},"m":[{"x":"\"\\\n\u0001é"},[1.0]],"u":18446744073709551615}"#)
    }

    @Test("Pretty text is indented, with plain arrays on one line")
    func pretty() {
        let value = JSONValue.object(JSONObject(["a": .array([.integer(1), .integer(2)]), "b": .object(JSONObject(["c": .null]))]))
        #expect(value.text(pretty: true) == "{\n  \"a\": [1, 2],\n  \"b\": {\n    \"c\": null\n  }\n}")
    }

    @Test("A written value reads back equal and is written the same again", arguments: [false, true])
    func roundTrip(pretty: Bool) throws {
        let text = JSONWriterTests.sample.text(pretty: pretty)
        #expect(try parsed(text) == JSONWriterTests.sample)
        #expect(try parsed(text).text(pretty: pretty) == text)
        #expect(JSONWriterTests.sample.text(pretty: pretty) == text)
    }

    @Test("Doubles read back bit for bit")
    func doublesComeBackToTheBit() throws {
        var state: UInt64 = 0x9E37_79B9_7F4A_7C15
        var numbers: [Double] = [0, -0.0, 1, 100, 1e15, 1e16, 1e21, 0.1, 1 / 3, .greatestFiniteMagnitude, .leastNonzeroMagnitude, .pi]
        for _ in 0..<2000 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let number = Double(bitPattern: state)
            if number.isFinite { numbers.append(number) }
        }
        for number in numbers {
            let back = try parsed(JSONValue.number(number).text())
            guard case .number(let double) = back else {
                Issue.record("\(number) came back as \(back)")
                continue
            }
            #expect(double.bitPattern == number.bitPattern)
        }
    }

    @Test("Doubles without a fraction do not read back as integers")
    func integralDoublesStayDoubles() {
        #expect(JSONValue.number(3).text() == "3.0")
        #expect(JSONValue.number(-0.0).text() == "-0.0")
    }

    @Test("Characters that control a terminal are escaped")
    func whatATerminalWouldFollowIsWrittenByItsNumber() throws {
        let text = "\u{1B}[2J\u{7F}\u{85}\u{9F}\u{202E}a\u{2066}\u{10FFE9}é\u{10FF7F}😀"
        let written = JSONValue.string(text).text()
        #expect(written == #""\u001b[2J\u007f\u0085\u009f\u202ea\u2066\udbff\udfe9é\#u{10FF7F}😀""#)
        #expect(try parsed(written) == .string(text))
    }

    @Test("NaN and infinities are written as strings")
    func notANumber() {
        let value = JSONValue.array([.number(.nan), .number(.infinity), .number(-.infinity)])
        #expect(value.text() == #"["NaN","Infinity","-Infinity"]"#)
    }
}
