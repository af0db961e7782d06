/// Breaks text between words.
enum TextWrap {
    /// Lines of at most `width` columns; a word that is longer has a line of its own.
    /// - Parameters:
    ///   - indent: columns before each line.
    ///   - hanging: further columns before each line but the first.
    static func lines(_ text: String, width: Int, indent: Int = 0, hanging: Int = 0) -> [String] {
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ") {
            let space = indent + (lines.isEmpty ? 0 : hanging)
            if !line.isEmpty, space + line.count + 1 + word.count > width {
                lines.append(String(repeating: " ", count: space) + line)
                line = String(word)
            } else {
                line += line.isEmpty ? String(word) : " \(word)"
            }
        }
        let space = indent + (lines.isEmpty ? 0 : hanging)
        return line.isEmpty ? lines : lines + [String(repeating: " ", count: space) + line]
    }
}
