/// Fields of comma-separated tables as RFC 4180 writes them.
public enum CSVText {
    /// A field in quotes where it has to be.
    public static func quoted(_ text: String) -> String {
        guard text.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline }) else { return text }
        return "\"" + text.replacing("\"", with: "\"\"") + "\""
    }
}
