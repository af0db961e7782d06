import Testing

@testable import Pickle

@Suite struct PickleMachineTests {
    @Test("A list that is memoized first and filled later is a single list")
    func aListMemoisedFirstAndFilledLaterIsOneList() throws {
        // ] q0  h0 a .   : a list that contains itself
        let document = try read([0x80, 2, 0x5D, 0x71, 0, 0x68, 0, 0x61, 0x2E])
        guard case .list(let items)? = document.node(document.root) else {
            Issue.record("no list")
            return
        }
        #expect(items == [document.root])
    }

    @Test("Long integers keep their sign")
    func longIntegersKeepTheirSign() throws {
        #expect(try read([0x8A, 1, 0xFF, 0x2E]).root == .integer(-1))
        #expect(try read([0x8A, 0, 0x2E]).root == .integer(0))
        #expect(try read([0x8A, 2, 0x00, 0x80, 0x2E]).root == .integer(-32768))
        let big = try read([0x8A, 9, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0x2E])
        guard case .bigInteger(let digits)? = big.node(big.root) else {
            Issue.record("no big integer")
            return
        }
        #expect(BigDecimalText.decimal(digits) == "18446744073709551616")
    }

    @Test("Floats are big-endian")
    func floatsAreBigEndian() throws {
        #expect(try read([0x47, 0x3F, 0xF8, 0, 0, 0, 0, 0, 0, 0x2E]).root == .float(1.5))
    }

    @Test("Booleans of protocol 0 are not numbers")
    func truthValuesOfProtocol0AreNotNumbers() throws {
        #expect(try read(Array("I01\n.".utf8)).root == .boolean(true))
        #expect(try read(Array("I1\n.".utf8)).root == .integer(1))
    }

    @Test("Unicode lines of protocol 0 are Latin-1 with escapes")
    func unicodeLinesOfProtocol0AreLatin1WithEscapes() throws {
        let document = try read([UInt8(ascii: "V"), 0xE9] + Array("\\u20ac\n.".utf8))
        #expect(document.string(document.root) == "é€")
    }

    @Test("An opcode applied to the wrong kind of value is refused")
    func targetsAreChecked() {
        func wrongTarget(_ opcode: String, _ target: String, _ offset: Int) -> PickleError {
            .wrongTarget(file: "test.pkl", opcode: opcode, target: target, offset: offset)
        }
        #expect(throws: wrongTarget("SETITEM", "a tuple", 5)) { try read([0x29, 0x4B, 1, 0x4B, 2, 0x73, 0x2E]) }
        #expect(throws: wrongTarget("APPEND", "a dict", 3)) { try read([0x7D, 0x4B, 1, 0x61, 0x2E]) }
        #expect(throws: wrongTarget("ADDITEMS", "a list", 4)) { try read([0x5D, 0x28, 0x4B, 1, 0x90, 0x2E]) }
        #expect(throws: wrongTarget("BUILD", "a list", 2)) { try read([0x5D, 0x7D, 0x62, 0x2E]) }
    }

    @Test("Nesting beyond the limit is refused")
    func nestingPastTheLimitIsRefused() {
        let deep = [UInt8](repeating: 0x85, count: 5000)
        #expect(throws: PickleError.tooDeep(file: "test.pkl", limit: 256)) { try read([0x29] + deep + [0x2E]) }
    }

    @Test("Every prefix of a pickle is cut short")
    func anyPrefixOfAPickleIsCutShort() throws {
        let whole: [UInt8] = [0x80, 2, 0x7D, 0x28, 0x58, 1, 0, 0, 0, 0x61, 0x4B, 7, 0x75, 0x2E]
        _ = try read(whole)
        for length in 0..<whole.count {
            let error = #expect(throws: PickleError.self) { try read(Array(whole[..<length])) }
            if case .cutShort? = error {} else { Issue.record("cut to \(length): \(String(describing: error))") }
        }
    }
}
