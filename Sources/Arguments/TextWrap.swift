/// Breaks text between words.
package enum TextWrap {
    /// Lines of at most `width` columns; a word that is longer has a line of its own.
    /// - Parameters:
    ///   - indent: columns before each line.
    ///   - hanging: further columns before each line but the first.
    package static func lines(_ text: String, width: Int, indent: Int = 0, hanging: Int = 0) -> [String] {
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

    /// A line of a report in as many as its words need at a width, those after the first indented further. A line that fits stays as it is,
    /// and so does one with columns, which are two blanks apart.
    package static func fitted(_ line: String, width: Int) -> [String] {
        let words = line.drop { $0 == " " }
        guard line.count > width, !words.contains("  ") else { return [line] }
        return lines(String(words), width: width, indent: line.count - words.count, hanging: 4)
    }
}
