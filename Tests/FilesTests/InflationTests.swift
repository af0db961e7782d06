import ConvertFiles
import Testing

@Suite struct InflationTests {
    private func inflate(_ bytes: [UInt8], _ framing: Inflation.Framing, limit: Int = 1000, claimed: Int? = nil) -> Inflation.Result {
        Inflation.inflate(ByteView(copying: bytes, name: "x"), framing: framing, limit: limit, claimed: claimed, name: "y")
    }

    private let stored: [UInt8] = [1, 3, 0, 0xFC, 0xFF, 7, 8, 9]

    @Test("A stream yields its bytes and its length")
    func aStreamGivesItsBytesAndItsLength() {
        for claimed in [nil, 3, 10] {
            let result = inflate(stored + [1, 2], .raw, claimed: claimed)
            #expect(result.bytes.array == [7, 8, 9] && result.consumed == 8 && result.ending == .whole)
        }
    }

    @Test("A stream is cut off at the limit")
    func aStreamPastTheLimitIsCutThere() {
        let result = inflate(stored, .raw, limit: 2)
        #expect(result.bytes.array == [7, 8] && result.ending == .limit)
        #expect(inflate(stored, .raw, claimed: 1).bytes.array == [7])
    }

    @Test("A damaged stream yields the bytes before the damage")
    func damageLeavesWhatCameBeforeIt() {
        let result = inflate([0, 3, 0, 0xFC, 0xFF, 7, 8, 9, 7], .raw)
        #expect(result.bytes.array == [7, 8, 9] && result.ending == .damaged)
        #expect(inflate([], .gzip).ending == .damaged)
        #expect(inflate([1, 2, 3], .zlib).bytes.count == 0)
    }
}
