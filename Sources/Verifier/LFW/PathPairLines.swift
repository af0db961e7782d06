import ConvertFiles

/// `path path label` lines, with label 1 for the same person and 0 for different people. Fields are separated by spaces, tabs or commas;
/// with tabs or commas, paths may contain spaces.
enum PathPairLines {
    /// Names of the third column in the header of a comma-separated list.
    private static let labelNames: Set<String> = ["label", "same", "is_same", "issame"]

    /// Whether a list that begins with this line is comma-separated: its third field is a label or a column name.
    static func hasCommas(_ line: TextLines.Line) -> Bool {
        guard !line.bytes.contains(0x09) else { return false }
        let fields = line.bytes.split(separator: 0x2C, omittingEmptySubsequences: false)
        guard fields.count == 3 else { return false }
        let label = trimmed(Substring(decoding: fields[2], as: UTF8.self))
        return label == "0" || label == "1" || labelNames.contains(label.lowercased())
    }

    /// Reads a comma-separated list, whose fields may be quoted and whose first line may name the columns.
    static func readCSV(_ file: MappedFile) throws(LFWError) -> [LFWPair] {
        var table = try CSVTable(file.bytes)
        var pairs: [LFWPair] = []
        var isFirst = true
        while let record = try table.next() {
            let fields = record.fields.map(trimmed)
            defer { isFirst = false }
            if isFirst, fields.count == 3, labelNames.contains(fields[2].lowercased()) { continue }
            // A line of spaces only.
            if fields == [""] { continue }
            guard fields.count == 3 else {
                throw .badLine(
                    file: file.path, line: record.line, reason: "path,path,label are expected, not \(fields.count) fields")
            }
            pairs.append(
                LFWPair(
                    try path(fields[0], file.path, record.line), try path(fields[1], file.path, record.line),
                    isSame: try label(fields[2], file.path, record.line)))
        }
        return pairs
    }

    static func trimmed(_ text: Substring) -> Substring {
        var text = text
        while let last = text.utf8.last, last == 0x20 || last == 0x09 || last == 0x0D { text = text.dropLast() }
        return text.drop { $0 == " " || $0 == "\t" }
    }

    static func read(_ lines: TextLines, file: String) throws(LFWError) -> [LFWPair] {
        var pairs: [LFWPair] = []
        pairs.reserveCapacity(lines.lines.count)
        for line in lines.lines {
            let fields = line.fields
            guard fields.count == 3 else {
                throw .badLine(
                    file: file, line: line.number, reason: "path, path and label are expected, not \(fields.count) fields")
            }
            pairs.append(
                LFWPair(
                    try path(fields[0], file, line.number), try path(fields[1], file, line.number),
                    isSame: try label(fields[2], file, line.number)))
        }
        return pairs
    }

    static func label(_ text: some StringProtocol, _ file: String, _ line: Int) throws(LFWError) -> Bool {
        switch text {
        case "1": return true
        case "0": return false
        default: throw .badLine(file: file, line: line, reason: "the label is \(LFWError.shown(text)), but it has to be 0 or 1")
        }
    }

    static func path(_ text: some StringProtocol, _ file: String, _ line: Int) throws(LFWError) -> String {
        guard !text.isEmpty else { throw .badLine(file: file, line: line, reason: "a path is empty") }
        guard text.utf8.count <= LFWPair.pathLimit else {
            throw .badLine(file: file, line: line, reason: "a path is longer than \(LFWPair.pathLimit) bytes")
        }
        // A list from somebody else must not reach files outside the images' folder, which would end up in a report.
        guard text.utf8.first != UInt8(ascii: "/"),
            !text.utf8.split(separator: UInt8(ascii: "/")).contains(where: { $0.elementsEqual("..".utf8) })
        else {
            throw .badLine(file: file, line: line, reason: "\(LFWError.shown(text)) leads out of the images' folder")
        }
        return String(text)
    }
}

extension LFWError {
    /// Text from a file for a message, shortened if it is long.
    static func shown(_ text: some StringProtocol) -> String { text.count > 40 ? "\(text.prefix(40))…" : "\(text)" }
}
