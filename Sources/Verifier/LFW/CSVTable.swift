import ConvertFiles

/// Comma-separated values according to RFC 4180: a field may be quoted, and then contain commas, line breaks and doubled quotes. Records
/// are read one at a time, so that a long table of numbers is never in memory as text.
struct CSVTable {
    /// One record, and the number of the line on which it begins.
    struct Record {
        let line: Int
        let fields: [Substring]
    }

    private var reader: Reader

    /// The most fields of a record; an embedding has several hundred.
    private static let fieldLimit = 1 << 16

    /// - Throws: `LFWError.notText`.
    init(_ file: ByteView) throws(LFWError) {
        guard file.text != nil else { throw .notText(file: file.name) }
        reader = Reader(bytes: file.array, file: file.name)
    }

    /// The next record; nil at the end. Blank lines and a byte order mark are skipped.
    mutating func next() throws(LFWError) -> Record? { try reader.next() }

    /// A record in CSV, with the CR LF that Python's `csv` ends it with.
    static func line(_ fields: [String]) -> String { fields.map(CSVText.quoted).joined(separator: ",") + "\r\n" }

    private struct Reader {
        let bytes: [UInt8]
        let file: String
        var at = 0
        var line = 1

        init(bytes: [UInt8], file: String) {
            (self.bytes, self.file) = (bytes, file)
            if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { at = 3 }
        }

        mutating func next() throws(LFWError) -> Record? {
            while at < bytes.count {
                let start = line
                let fields = try record()
                if fields.count > 1 || fields.first?.isEmpty == false { return Record(line: start, fields: fields) }
            }
            return nil
        }

        private mutating func record() throws(LFWError) -> [Substring] {
            var fields: [Substring] = []
            while true {
                fields.append(try field())
                guard fields.count <= CSVTable.fieldLimit else {
                    throw .badLine(file: file, line: line, reason: "it has more than \(CSVTable.fieldLimit) fields")
                }
                guard at < bytes.count else { return fields }
                if bytes[at] == 0x2C {
                    at += 1
                    // A comma at the very end is followed by one more, empty field.
                    if at == bytes.count { return fields + [""] }
                    continue
                }
                if bytes[at] == 0x0D { at += 1 }
                if at < bytes.count, bytes[at] == 0x0A { at += 1 }
                line += 1
                return fields
            }
        }

        /// The field unescaped; nearly all fields contain neither an apostrophe nor a backslash.
        private func name(_ field: ArraySlice<UInt8>) -> Substring {
            let text = String(decoding: field, as: UTF8.self)
            return field.first == 0x27 || field.contains(0x5C) ? CSVText.name(text)[...] : text[...]
        }

        /// Reads one field; afterwards `at` is at a comma, at a line's end or past the last byte.
        private mutating func field() throws(LFWError) -> Substring {
            guard at < bytes.count, bytes[at] == 0x22 else {
                let start = at
                while at < bytes.count, bytes[at] != 0x2C, bytes[at] != 0x0A, bytes[at] != 0x0D {
                    guard bytes[at] != 0x22 else { throw .badLine(file: file, line: line, reason: "there is a quote inside a field") }
                    at += 1
                }
                return name(bytes[start..<at])
            }
            at += 1
            let opened = line
            var content: [UInt8] = []
            while at < bytes.count {
                let byte = bytes[at]
                at += 1
                if byte == 0x22 {
                    if at < bytes.count, bytes[at] == 0x22 {
                        at += 1
                    } else {
                        guard at == bytes.count || [0x2C, 0x0A, 0x0D].contains(bytes[at]) else {
                            throw .badLine(file: file, line: line, reason: "something follows a closing quote")
                        }
                        return name(content[...])
                    }
                }
                if byte == 0x0A { line += 1 }
                content.append(byte)
            }
            throw .badLine(file: file, line: opened, reason: "a quote is not closed")
        }
    }
}
