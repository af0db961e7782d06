import Testing

@testable import ConvertJSON

@Suite struct JSONNumberTests {
    @Test("Integers of up to 64 bits are exact, larger ones become doubles")
    func integersAreExact() throws {
        #expect(try parsed("0") == .integer(0))
        #expect(try parsed("-0") == .integer(0))
        #expect(try parsed("9007199254740993") == .integer(9_007_199_254_740_993))
        #expect(try parsed("9223372036854775807") == .integer(.max))
        #expect(try parsed("-9223372036854775808") == .integer(.min))
        #expect(try parsed("9223372036854775808") == .unsigned(1 << 63))
        #expect(try parsed("18446744073709551615") == .unsigned(.max))
        #expect(try parsed("18446744073709551616") == .number(18_446_744_073_709_551_616))
        #expect(try parsed("-9223372036854775809") == .number(-9_223_372_036_854_775_808))
    }

    @Test("Numbers with a fraction or an exponent are the nearest double, and overflow is an error")
    func doubles() throws {
        #expect(try parsed("1.0") == .number(1))
        #expect(try parsed("1e2") == .number(100))
        #expect(try parsed("1E+2") == .number(100))
        #expect(try parsed("-1.5e-3") == .number(-0.0015))
        #expect(try parsed("0.1") == .number(0.1))
        #expect(try parsed("5e-324") == .number(.leastNonzeroMagnitude))
        #expect(try parsed("1e-999") == .number(0))
        #expect(try parsed("-0.0").double?.sign == .minus)
        #expect(failure("1e309") == .numberOutOfRange(offset: 0))
        #expect(failure("[-1e999]") == .numberOutOfRange(offset: 1))
        #expect(failure(String(repeating: "9", count: 10_000)) == .numberOutOfRange(offset: 0))
    }

    @Test(
        "Malformed numbers are errors",
        arguments: [
            "-", "01", "-01", "00", "1.", ".5", "+1", "1e", "1e+", "1.e1", "0x10", "1_000", "--1", "NaN", "Infinity", "-Infinity",
        ])
    func malformed(_ text: String) {
        #expect(failure(text) != nil)
    }

    @Test("Python's NaN and infinities are accepted on request, and no other spelling")
    func pythonNumbers() throws {
        let limits = JSONLimits(acceptsPythonNumbers: true)
        #expect(try parsed("NaN", limits).double?.isNaN == true)
        #expect(try parsed("[Infinity,-Infinity]", limits) == .array([.number(.infinity), .number(-.infinity)]))
        for text in ["Nan", "-NaN", "Inf", "+Infinity", "-Inf", "Infinit"] { #expect(failure(text, limits) != nil) }
    }
}
