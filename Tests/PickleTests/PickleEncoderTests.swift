import ConvertFiles
import Pickle
import Testing

@Suite struct PickleEncoderTests {
    @Test("An encoded document reads back the same, with its sharing")
    func whatIsEncodedReadsBackTheSame() throws {
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

    @Test("A list that contains itself survives encoding")
    func aListInsideItselfSurvives() throws {
        let document = try read([0x80, 2, 0x5D, 0x71, 0, 0x68, 0, 0x61, 0x2E])
        let back = try read(try PickleEncoder.encode(document))
        #expect(back.sequence(back.root) == [back.root])
    }
}
