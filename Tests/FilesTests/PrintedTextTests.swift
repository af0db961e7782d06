import Files
import Testing

@Suite struct PrintedTextTests {
    @Test func aNameBecomesOneLineThatSteersNothing() {
        #expect(
            PrintedText.oneLine("a\nb\r\u{1B}[2J\u{85}\u{2028}\u{202E}c\u{2066}\u{200F}é漢")
                == "a\\u{a}b\\u{d}\\u{1b}[2J\\u{85}\\u{2028}\\u{202e}c\\u{2066}\\u{200f}é漢")
    }

    @Test func aTextOfLinesKeepsItsLineFeedsOnly() {
        #expect(PrintedText.lines("a\nb\r\n\u{202A}") == "a\nb\\u{d}\n\\u{202a}")
        #expect(PrintedText.lines("plain") == "plain")
    }
}

@Suite struct InflationTests {
    private func inflate(_ bytes: [UInt8], _ framing: Inflation.Framing, limit: Int = 1000, claimed: Int? = nil) -> Inflation.Result {
        Inflation.inflate(ByteView(copying: bytes, name: "x"), framing: framing, limit: limit, claimed: claimed, name: "y")
    }

    private let stored: [UInt8] = [1, 3, 0, 0xFC, 0xFF, 7, 8, 9]

    @Test func aStreamGivesItsBytesAndItsLength() {
        for claimed in [nil, 3, 10] {
            let result = inflate(stored + [1, 2], .raw, claimed: claimed)
            #expect(result.bytes.array == [7, 8, 9] && result.consumed == 8 && result.ending == .whole)
        }
    }

    @Test func aStreamPastTheLimitIsCutThere() {
        let result = inflate(stored, .raw, limit: 2)
        #expect(result.bytes.array == [7, 8] && result.ending == .limit)
        #expect(inflate(stored, .raw, claimed: 1).bytes.array == [7])
    }

    @Test func damageLeavesWhatCameBeforeIt() {
        let result = inflate([0, 3, 0, 0xFC, 0xFF, 7, 8, 9, 7], .raw)
        #expect(result.bytes.array == [7, 8, 9] && result.ending == .damaged)
        #expect(inflate([], .gzip).ending == .damaged)
        #expect(inflate([1, 2, 3], .zlib).bytes.count == 0)
    }
}
