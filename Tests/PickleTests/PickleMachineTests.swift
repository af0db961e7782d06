import Files
import Testing

@testable import Pickle

private func read(_ bytes: [UInt8]) throws -> PickleDocument {
    try PickleMachine.read(ByteView(copying: bytes, name: "test.pkl"))
}

@Suite struct PickleMachineTests {
    @Test func aListMemoisedFirstAndFilledLaterIsOneList() throws {
        // ] q0  h0 a .   : the list holds itself
        let document = try read([0x80, 2, 0x5D, 0x71, 0, 0x68, 0, 0x61, 0x2E])
        guard case .list(let items)? = document.node(document.root) else {
            Issue.record("no list")
            return
        }
        #expect(items == [document.root])
    }

    @Test func longIntegersKeepTheirSign() throws {
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

    @Test func floatsAreBigEndian() throws {
        #expect(try read([0x47, 0x3F, 0xF8, 0, 0, 0, 0, 0, 0, 0x2E]).root == .float(1.5))
    }

    @Test func truthValuesOfProtocol0AreNotNumbers() throws {
        #expect(try read(Array("I01\n.".utf8)).root == .boolean(true))
        #expect(try read(Array("I1\n.".utf8)).root == .integer(1))
    }

    @Test func unicodeLinesOfProtocol0AreLatin1WithEscapes() throws {
        let document = try read([UInt8(ascii: "V"), 0xE9] + Array("\\u20ac\n.".utf8))
        #expect(document.string(document.root) == "é€")
    }

    @Test func targetsAreChecked() {
        #expect(throws: PickleError.self) { try read([0x29, 0x4B, 1, 0x4B, 2, 0x73, 0x2E]) }
        #expect(throws: PickleError.self) { try read([0x7D, 0x4B, 1, 0x61, 0x2E]) }
        #expect(throws: PickleError.self) { try read([0x5D, 0x28, 0x4B, 1, 0x90, 0x2E]) }
        #expect(throws: PickleError.self) { try read([0x5D, 0x7D, 0x62, 0x2E]) }
    }

    @Test func nestingPastTheLimitIsRefused() {
        let deep = [UInt8](repeating: 0x85, count: 5000)
        #expect(throws: PickleError.tooDeep(file: "test.pkl", limit: 256)) { try read([0x29] + deep + [0x2E]) }
    }

    @Test func anyPrefixOfAPickleIsCutShort() throws {
        let whole: [UInt8] = [0x80, 2, 0x7D, 0x28, 0x58, 1, 0, 0, 0, 0x61, 0x4B, 7, 0x75, 0x2E]
        _ = try read(whole)
        for length in 0..<whole.count { #expect(throws: PickleError.self) { try read(Array(whole[..<length])) } }
    }
}

@Suite struct PickleEncoderTests {
    @Test func whatIsEncodedReadsBackTheSame() throws {
        var builder = PickleBuilder()
        let shared = builder.add(.list([.integer(1), .integer(-70000), .integer(1 << 40), .float(-0.0), .boolean(true), .none]))
        let bytes = builder.add(.bytes(ByteView(copying: [0, 200, 255], name: "b")))
        let key = builder.string("é")
        let root = builder.add(
            .dictionary([
                PickleEntry(key: key, value: shared), PickleEntry(key: .integer(2), value: shared),
                PickleEntry(key: .integer(3), value: bytes),
            ]))
        let encoded = try PickleEncoder.encode(builder.document(root: root))
        let back = try read(encoded)
        guard case .dictionary(let entries)? = back.node(back.root) else {
            Issue.record("no dictionary")
            return
        }
        #expect(back.string(entries[0].key) == "é")
        #expect(entries[0].value == entries[1].value, "the shared list is one list")
        #expect(back.sequence(entries[0].value) == [.integer(1), .integer(-70000), .integer(1 << 40), .float(-0.0), .boolean(true), .none])
    }

    @Test func aListInsideItselfSurvives() throws {
        let document = try read([0x80, 2, 0x5D, 0x71, 0, 0x68, 0, 0x61, 0x2E])
        let back = try read(try PickleEncoder.encode(document))
        #expect(back.sequence(back.root) == [back.root])
    }
}
