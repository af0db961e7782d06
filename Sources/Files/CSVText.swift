/// Fields of comma-separated tables as RFC 4180 writes them.
public enum CSVText {
    /// A field in quotes where it has to be.
    public static func quoted(_ text: String) -> String {
        guard text.utf8.contains(where: { [0x2C, 0x22, 0x0A, 0x0D].contains($0) }) else { return text }
        return "\"" + text.replacing("\"", with: "\"\"") + "\""
    }
}
