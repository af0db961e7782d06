import Pickle
import Testing

/// Text opcodes as Python reads them; what Python's own readers interpret differently is refused.
@Suite struct PickleTextTests {
    private func text(_ line: String) throws -> String? {
        let document = try read(Array(line.utf8) + [0x0A, 0x2E])
        return document.string(document.root)
    }

    @Test("A backslash consumes the next byte")
    func aBackslashTakesTheNextByteWithIt() throws {
        #expect(try text(#"V\u0041"#) == "A")
        #expect(try text(#"V\\u0041"#) == #"\\u0041"#)
        #expect(try text(#"V\\\u0041"#) == #"\\A"#)
        #expect(try text(#"Vab\"#) == #"ab\"#)
        #expect(try text(#"V\x41\U0001F600"#) == #"\x41😀"#)
        for wrong in [#"V\u00"#, #"V\u+041"#, #"V\U00110000"#, #"V\ud83d\ude00"#] {
            #expect(throws: PickleError.invalidText(file: "test.pkl", offset: 0)) { try text(wrong) }
        }
    }

    @Test("Quoted strings have the escapes of Python 2")
    func quotedStringsHaveTheEscapesOfPythonTwo() throws {
        #expect(try text(#"S'\x41\102\w\'\\'"#) == #"AB\w'\"#)
        for wrong in [#"S'\x+1'"#, #"S'\x4'"#, #"S'a"#, #"S'a' "#, "S'a'\r", #"S'a\'"#] {
            #expect(throws: PickleError.invalidText(file: "test.pkl", offset: 0)) { try text(wrong) }
        }
    }

    @Test("Numbers in text are only accepted as Python writes them")
    func numbersInTextAreThoseThatPythonWrites() throws {
        func root(_ line: String) throws -> PickleValue { try read(Array(line.utf8) + [0x0A, 0x2E]).root }
        #expect(try root("I-12") == .integer(-12))
        #expect(try root("I00") == .boolean(false))
        #expect(try root("L12L") == .integer(12))
        #expect(try root("F-1.5e-3") == .float(-0.0015))
        #expect(try root("F-inf") == .float(-.infinity))
        // C reads octal and hexadecimal, Python's own unpickler refuses them; blanks, signs and underscores are equally doubtful.
        let wrong = [
            "I010", "I0x10", "I+5", "I 5", "I5 ", "I1_0", "I5L", "I01\r", "I", "I-", "L0x5L", "L05L", "L5LL", "F0x1p3", "F1_0", "F 1",
            "F1e999",
            "FInfinity", "F",
        ]
        for line in wrong {
            #expect(throws: PickleError.invalidNumber(file: "test.pkl", text: String(line.dropFirst()), offset: 0)) { try root(line) }
        }
    }

    @Test("Bytes that only repeat the sign are not part of an integer")
    func bytesThatOnlyRepeatTheSignAreNotPartOfAnInteger() throws {
        #expect(try read([0x8A, 10, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x2E]).root == .integer(5))
        #expect(try read([0x8A, 10, 0xFB] + [UInt8](repeating: 0xFF, count: 9) + [0x2E]).root == .integer(-5))
    }

    @Test("Long integers convert to their digits and back")
    func longIntegersHaveTheirDigits() throws {
        let googol = "1" + String(repeating: "0", count: 100)
        for digits in ["9223372036854775808", "-9223372036854775809", googol, "-" + googol, "123456789012345678901234567890"] {
            let document = try read(Array("L\(digits)L\n.".utf8))
            guard case .bigInteger(let bytes)? = document.node(document.root) else {
                Issue.record("not a long integer: \(digits)")
                continue
            }
            #expect(BigDecimalText.decimal(bytes) == digits)
        }
        #expect(BigDecimalText.decimal([UInt8](repeating: 0, count: 299) + [1]) == "0x01" + String(repeating: "0", count: 598))
        let tooLong = String(repeating: "1", count: 5000) + "L"
        #expect(throws: PickleError.invalidNumber(file: "test.pkl", text: tooLong, offset: 0)) { try read(Array("L\(tooLong)\n.".utf8)) }
    }
}
