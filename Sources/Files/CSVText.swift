/// Fields of comma-separated tables as in RFC 4180, made harmless for spreadsheets and terminals.
///
/// A name from a file or folder can begin like a formula, which a spreadsheet would evaluate, or contain control characters. A field that
/// begins with `=`, `+`, `-` or `@` and is not a number is therefore prefixed with an apostrophe (as OWASP recommends against CSV
/// injection), and so is one that begins like that after apostrophes of its own. Control characters, including tabs and line breaks, are
/// written as `\u{1b}`, and so is the backslash of a literal `\u{` in the name. `name` undoes both, so that every name reads back as it
/// was.
public enum CSVText {
    /// The field, made harmless, and quoted if necessary.
    public static func quoted(_ text: String) -> String {
        let field = harmless(text)
        guard field.utf8.contains(where: { $0 == 0x2C || $0 == 0x22 }) else { return field }
        return "\"" + field.replacing("\"", with: "\"\"") + "\""
    }

    /// The name in a field that `quoted` wrote, with the quotes already removed. Names that other programs wrote are returned unchanged,
    /// unless they look like an escaped one.
    public static func name(_ field: String) -> String {
        var text = field
        if text.utf8.first == apostrophe, beginsFormula(text) { text = String(decoding: text.utf8.dropFirst(), as: UTF8.self) }
        return text.utf8.contains(UInt8(ascii: "\\")) ? unescaped(text) : text
    }

    private static let apostrophe = UInt8(ascii: "'")

    private static func harmless(_ text: String) -> String {
        let marked = beginsFormula(text) && Double(text) == nil ? "'" + text : text
        let needsEscape = marked.unicodeScalars.contains { isControl($0) || $0 == "\\" }
        guard needsEscape else { return marked }
        var out = String.UnicodeScalarView()
        var rest = marked.unicodeScalars[...]
        while let scalar = rest.popFirst() {
            if isControl(scalar) || (scalar == "\\" && rest.starts(with: "u{".unicodeScalars)) {
                out.append(contentsOf: "\\u{\(String(scalar.value, radix: 16))}".unicodeScalars)
            } else {
                out.append(scalar)
            }
        }
        return String(out)
    }

    /// Whether a spreadsheet would take it for a formula, or it already looks like an escaped one.
    private static func beginsFormula(_ text: String) -> Bool {
        guard let first = text.utf8.first(where: { $0 != apostrophe }) else { return false }
        return [UInt8(ascii: "="), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "@")].contains(first)
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool { scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value) }

    private static func unescaped(_ text: String) -> String {
        var out = String.UnicodeScalarView()
        var rest = text.unicodeScalars[...]
        while let scalar = rest.popFirst() {
            if scalar == "\\", rest.starts(with: "u{".unicodeScalars), let end = rest.firstIndex(of: "}"),
                let value = UInt32(String(rest[..<end].dropFirst(2)), radix: 16), let meant = Unicode.Scalar(value),
                isControl(meant) || meant == "\\"
            {
                out.append(meant)
                rest = rest[rest.index(after: end)...]
            } else {
                out.append(scalar)
            }
        }
        return String(out)
    }
}
