import ConvertFiles

/// The lines of a text file, for lists that are read line by line. Works on bytes, because Swift's characters would be ten times slower.
struct TextLines {
    /// A line that is not blank, and its number, counted from 1.
    struct Line {
        let number: Int
        let bytes: ArraySlice<UInt8>

        /// The fields, separated by tabs if there are any, otherwise by spaces.
        var fields: [Substring] {
            let hasTabs = bytes.contains(0x09)
            return bytes.split { $0 == 0x09 || (!hasTabs && TextLines.isSpace($0)) }.map {
                Substring(decoding: TextLines.trimmed($0), as: UTF8.self)
            }
        }
    }

    let lines: [Line]

    /// Splits at LF and CR LF; blank lines and a byte order mark are skipped.
    init(_ file: ByteView) throws(LFWError) {
        guard file.text != nil else { throw .notText(file: file.name) }
        let bytes = file.array[...]
        let text = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes
        var lines: [Line] = []
        for (index, part) in text.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
            let line = TextLines.trimmed(part)
            if !line.isEmpty { lines.append(Line(number: index + 1, bytes: line)) }
        }
        self.lines = lines
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D }

    private static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        guard let first = bytes.firstIndex(where: { !isSpace($0) }), let last = bytes.lastIndex(where: { !isSpace($0) }) else { return [] }
        return bytes[first...last]
    }
}
