/// Makes text from files safe to print: a name must neither control the terminal nor look like a line of the program's own.
public enum PrintedText {
    /// The text in one line: line breaks, other control characters and bidirectional marks become `\u{..}`.
    public static func oneLine(_ text: String) -> String { escaped(text) { isSteering($0) || isLineBreak($0) } }

    /// The same, but line feeds are kept: for a text of several lines whose names were already made safe.
    public static func lines(_ text: String) -> String { escaped(text) { isSteering($0) || (isLineBreak($0) && $0.value != 0x0A) } }

    private static func escaped(_ text: String, _ isEscaped: (Unicode.Scalar) -> Bool) -> String {
        guard text.unicodeScalars.contains(where: isEscaped) else { return text }
        var out = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if isEscaped(scalar) {
                out.append(contentsOf: "\\u{\(String(scalar.value, radix: 16))}".unicodeScalars)
            } else {
                out.append(scalar)
            }
        }
        return String(out)
    }

    /// Line feed, carriage return, the Latin-1 next line, and Unicode's line and paragraph separators.
    private static func isLineBreak(_ scalar: Unicode.Scalar) -> Bool {
        [0x0A, 0x0B, 0x0C, 0x0D, 0x85, 0x2028, 0x2029].contains(scalar.value)
    }

    /// Control characters, and the marks, embeddings, overrides and isolates of the bidirectional algorithm (UAX 9).
    private static func isSteering(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x00..<0x0A, 0x0B..<0x20, 0x7F..<0xA0: true
        case 0x061C, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069: true
        default: false
        }
    }
}
