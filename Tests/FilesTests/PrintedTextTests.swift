import ConvertFiles
import Testing

@Suite struct PrintedTextTests {
    @Test("A name becomes one line that cannot control a terminal")
    func aNameBecomesOneLineThatSteersNothing() {
        #expect(
            PrintedText.oneLine("a\nb\r\u{1B}[2J\u{85}\u{2028}\u{202E}c\u{2066}\u{200F}é漢")
                == "a\\u{a}b\\u{d}\\u{1b}[2J\\u{85}\\u{2028}\\u{202e}c\\u{2066}\\u{200f}é漢")
    }

    @Test("A text of several lines keeps only its line feeds")
    func aTextOfLinesKeepsItsLineFeedsOnly() {
        #expect(PrintedText.lines("a\nb\r\n\u{202A}") == "a\nb\\u{d}\n\\u{202a}")
        #expect(PrintedText.lines("plain") == "plain")
    }
}
