import ConvertFiles

/// The members of a POSIX tar archive, as views.
///
/// Python's tarfile, which torch reads with, supports more than torch ever writes: prefixes and headers that rename, several number
/// formats, folders whose size it ignores. All of that is refused, because readers disagree about it.
struct TarArchive {
    let members: [(name: String, bytes: ByteView)]

    init(_ bytes: ByteView) throws {
        var members: [(String, ByteView)] = []
        var at = 0
        while at + 512 <= bytes.count {
            let header = try bytes.window(at: at, count: 512).array
            if header.allSatisfy({ $0 == 0 }) { break }
            guard TarArchive.hasValidChecksum(header), let size = TarArchive.plainOctal(header[124..<136]) else {
                throw PthError.malformedContainer(file: bytes.name, detail: "the tar header is damaged", offset: at)
            }
            let name = String(decoding: header[0..<100].prefix { $0 != 0 }, as: UTF8.self)
            func refused(_ detail: String) -> PthError { .malformedContainer(file: bytes.name, detail: detail, offset: at) }
            guard header[345..<500].allSatisfy({ $0 == 0 }) else { throw refused("tar member \(name) has a prefix to its name,") }
            guard size <= bytes.count - at - 512 else {
                throw PthError.malformedContainer(
                    file: bytes.name, detail: "tar member \(name) needs \(size) bytes, but only \(bytes.count - at - 512) are left,",
                    offset: at)
            }
            switch header[156] {
            case 0, UInt8(ascii: "0"):
                guard !members.contains(where: { $0.0 == name }) else {
                    throw PthError.malformedContainer(file: bytes.name, detail: "two tar members are named \(name), again", offset: at)
                }
                members.append((name, try bytes.window(at: at + 512, count: size, name: "\(bytes.name), member \(name)")))
            case UInt8(ascii: "5"):
                // Python continues right after the header, others after as many bytes as the size says.
                guard size == 0 else { throw refused("folder \(name) of the tar archive has a size,") }
            case UInt8(ascii: "x"):
                // Python writes exact times this way; a record that renames or resizes the next member would make readers disagree.
                let records = try bytes.window(at: at + 512, count: size).text ?? "path="
                guard !["path=", "size=", "sparse"].contains(where: { records.contains($0) }) else {
                    throw PthError.malformedContainer(file: bytes.name, detail: "an extended tar header renames a member", offset: at)
                }
            default:
                throw PthError.malformedContainer(
                    file: bytes.name, detail: "a tar member is of a kind that torch never writes,", offset: at)
            }
            at += 512 + (size + 511) / 512 * 512
        }
        self.members = members
    }

    /// Whether 512 bytes are a tar header: their sum, with the checksum field counted as spaces, must equal that field.
    static func hasValidChecksum(_ header: [UInt8]) -> Bool {
        guard header.count == 512, header.contains(where: { $0 != 0 }) else { return false }
        let rest = header.indices.lazy.filter { !(148..<156).contains($0) }
        let sum = rest.reduce(256) { $0 + Int(header[$1]) }
        // Old writers summed signed bytes.
        let signedSum = rest.reduce(256) { $0 + Int(Int8(bitPattern: header[$1])) }
        let recorded = pythonNumber(header[148..<156])
        return recorded == sum || recorded == signedSum
    }

    /// A size that all readers understand the same way: octal digits, with blanks before and blanks or NULs after them. Nil for anything
    /// else, such as a NUL between digits, where Python ends the number and others continue.
    private static func plainOctal(_ field: ArraySlice<UInt8>) -> Int? {
        let digits = field.drop { $0 == 0x20 }.prefix { (48...55).contains($0) }
        guard !digits.isEmpty, field[digits.endIndex...].allSatisfy({ $0 == 0 || $0 == 0x20 }) else { return nil }
        return Int(String(decoding: digits, as: UTF8.self), radix: 8)
    }

    /// A number as Python's tarfile reads it (`tarfile.nti`): base 256 after a first byte of 0o200 or 0o377; otherwise text up to a NUL,
    /// which `int(…, 8)` converts. Nil if Python throws.
    private static func pythonNumber(_ field: ArraySlice<UInt8>) -> Int? {
        guard let first = field.first else { return nil }
        if first == 0o200 || first == 0o377 {
            let bytes = field.dropFirst()
            // What does not fit cannot be the sum of 512 bytes.
            guard bytes.dropLast(7).allSatisfy({ $0 == (first == 0o200 ? 0 : 0xFF) }) else { return Int.max }
            let value = bytes.suffix(7).reduce(0) { $0 << 8 | Int($1) }
            return first == 0o200 ? value : value - 1 << 56
        }
        var text = String(decoding: field.prefix { $0 != 0 }, as: UTF8.self)
        guard text.utf8.allSatisfy({ $0 < 128 }) else { return nil }
        text = text.trimming { $0.isWhitespace || ("\u{1C}"..."\u{1F}").contains($0) }
        if text.isEmpty { return 0 }
        let isNegative = text.hasPrefix("-")
        if isNegative || text.hasPrefix("+") { text.removeFirst() }
        if text.hasPrefix("0o") || text.hasPrefix("0O") { text.removeFirst(2) } else if text.hasPrefix("_") { return nil }
        if text.hasPrefix("_") { text.removeFirst() }
        guard !text.isEmpty, !text.hasSuffix("_"), !text.contains("__"), text.allSatisfy({ $0 == "_" || ("0"..."7").contains($0) }) else {
            return nil
        }
        return Int(text.filter { $0 != "_" }, radix: 8).map { isNegative ? -$0 : $0 } ?? Int.max
    }
}

extension String {
    /// The text without the characters at both ends for which `isBlank` is true.
    fileprivate func trimming(_ isBlank: (Character) -> Bool) -> String {
        guard let first = firstIndex(where: { !isBlank($0) }), let last = lastIndex(where: { !isBlank($0) }) else { return "" }
        return String(self[first...last])
    }
}
