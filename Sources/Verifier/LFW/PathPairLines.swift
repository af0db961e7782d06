/// `path path label` lines, label 1 for the same person and 0 for different people.
enum PathPairLines {
    static func read(_ lines: TextLines, file: String) throws(LFWError) -> [LFWPair] {
        var pairs: [LFWPair] = []
        pairs.reserveCapacity(lines.lines.count)
        for line in lines.lines {
            let fields = line.fields
            guard fields.count == 3 else {
                throw .badLine(
                    file: file, line: line.number, reason: "path, path and label are wanted, \(fields.count) fields are there")
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
        default: throw .badLine(file: file, line: line, reason: "the label is \(LFWError.shown(text)), it has to be 0 or 1")
        }
    }

    static func path(_ text: some StringProtocol, _ file: String, _ line: Int) throws(LFWError) -> String {
        guard !text.isEmpty else { throw .badLine(file: file, line: line, reason: "a path is empty") }
        guard text.utf8.count <= LFWPair.pathLimit else {
            throw .badLine(file: file, line: line, reason: "a path is longer than \(LFWPair.pathLimit) bytes")
        }
        // A list from somebody else must not reach files outside the pictures' folder, which a report could then hold.
        guard text.utf8.first != UInt8(ascii: "/"),
            !text.utf8.split(separator: UInt8(ascii: "/")).contains(where: { $0.elementsEqual("..".utf8) })
        else {
            throw .badLine(file: file, line: line, reason: "\(LFWError.shown(text)) leads out of the images' folder")
        }
        return String(text)
    }
}

extension LFWError {
    /// Text from a file as a message shows it: not endless.
    static func shown(_ text: some StringProtocol) -> String { text.count > 40 ? "\(text.prefix(40))…" : "\(text)" }
}
