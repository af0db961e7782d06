import ConvertFiles
import Testing

/// CSV fields are harmless to spreadsheets and terminals, and read back as they were.
@Suite struct CSVTextTests {
    @Test("Ordinary fields are written as in RFC 4180")
    func ordinaryFieldsAreAsRFC4180HasThem() {
        for text in ["Ada/Ada_0001.jpg", "", "-0.25", "+1e-5", "1.0", "-inf", "C:\\users\\ada", "it's", "'quoted'", "a=b", "caf\u{E9}"] {
            #expect(CSVText.quoted(text) == text)
            #expect(CSVText.name(text) == text)
        }
        #expect(CSVText.quoted("a,\"b\"") == "\"a,\"\"b\"\"\"")
    }

    @Test("No field begins like a formula or contains a control character")
    func noFieldBeginsLikeAFormulaOrHoldsAControlCharacter() {
        for text in [
            "=cmd|calc!A1", "+1+2", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "'=1", "''@x", "-", "a\u{1B}[31m", "a\nb", "\u{7F}", "\u{9B}x",
        ] {
            let field = CSVText.quoted(text)
            #expect(!"=+-@".contains(field.first ?? "x"), "\(field)")
            #expect(field.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F..<0xA0).contains($0.value) }, "\(field)")
        }
        #expect(CSVText.quoted("=cmd|calc!A1") == "'=cmd|calc!A1" && CSVText.quoted("a\u{1B}b") == "a\\u{1b}b")
        #expect(CSVText.quoted("=1,2") == "\"'=1,2\"")
    }

    @Test("Every name reads back as it was written")
    func whatIsReadIsWhatWasWritten() {
        let pieces = [
            "'", "=", "+", "-", "@", "\t", "\r", "\n", "\u{1B}", "\\", "\\u{", "u{", "1b}", "}", "5c", "a", "/", "\u{9B}", "\u{301}",
        ]
        var seed: UInt64 = 3
        func random(_ bound: Int) -> Int {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(seed >> 33) % bound
        }
        for _ in 0..<20_000 {
            let text = (0..<random(7)).map { _ in pieces[random(pieces.count)] }.joined()
            let back = CSVText.name(CSVText.quoted(text))
            #expect(Array(back.utf8) == Array(text.utf8), "\(text.debugDescription)")
        }
    }
}
