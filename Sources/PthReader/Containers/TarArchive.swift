import Files

/// The members of a POSIX tar archive, as views (torch's members have short names, so extensions that rename are refused).
struct TarArchive {
    let members: [(name: String, bytes: ByteView)]

    init(_ bytes: ByteView) throws {
        var members: [(String, ByteView)] = []
        var at = 0
        while at + 512 <= bytes.count {
            let header = try bytes.window(at: at, count: 512).array
            if header.allSatisfy({ $0 == 0 }) { break }
            guard TarArchive.hasValidChecksum(header), let size = TarArchive.octal(header[124..<136]) else {
                throw PthError.malformedContainer(file: bytes.name, detail: "the tar header is damaged", offset: at)
            }
            let name = String(decoding: header[0..<100].prefix { $0 != 0 }, as: UTF8.self)
            guard size <= bytes.count - at - 512 else {
                throw PthError.malformedContainer(
                    file: bytes.name, detail: "tar member \(name) needs \(size) bytes, \(bytes.count - at - 512) are there,", offset: at)
            }
            switch header[156] {
            case 0, UInt8(ascii: "0"):
                guard !members.contains(where: { $0.0 == name }) else {
                    throw PthError.malformedContainer(file: bytes.name, detail: "two tar members are named \(name), again", offset: at)
                }
                members.append((name, try bytes.window(at: at + 512, count: size, name: "\(bytes.name), member \(name)")))
            case UInt8(ascii: "5"): break
            case UInt8(ascii: "x"):
                // Python writes exact times so; a record that renames or resizes the next member would make readers disagree.
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

    /// Whether 512 bytes are a tar header: their sum, the checksum field counted as spaces, stands in that field.
    static func hasValidChecksum(_ header: [UInt8]) -> Bool {
        guard header.count == 512, header.contains(where: { $0 != 0 }) else { return false }
        let rest = header.indices.lazy.filter { !(148..<156).contains($0) }
        let sum = rest.reduce(256) { $0 + Int(header[$1]) }
        // Old writers summed signed bytes.
        let signedSum = rest.reduce(256) { $0 + Int(Int8(bitPattern: header[$1])) }
        let recorded = octal(header[148..<156])
        return recorded == sum || recorded == signedSum
    }

    private static func octal(_ field: ArraySlice<UInt8>) -> Int? {
        let digits = field.filter { $0 != 0 && $0 != 0x20 }
        return digits.isEmpty ? nil : Int(String(decoding: digits, as: UTF8.self), radix: 8).flatMap { $0 >= 0 ? $0 : nil }
    }
}
