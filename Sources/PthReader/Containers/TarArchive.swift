import Files

/// The members of a POSIX tar archive, as views (pax and GNU extensions are skipped; torch's members have short names).
struct TarArchive {
    let members: [(name: String, bytes: ByteView)]

    init(_ bytes: ByteView) throws {
        var members: [(String, ByteView)] = []
        var at = 0
        while at + 512 <= bytes.count {
            let header = try bytes.window(at: at, count: 512).array
            if header.allSatisfy({ $0 == 0 }) { break }
            let sum = header.indices.reduce(0) { $0 + ((148..<156).contains($1) ? 32 : Int(header[$1])) }
            guard TarArchive.octal(header[148..<156]) == sum, let size = TarArchive.octal(header[124..<136]) else {
                throw PthError.malformedContainer(file: bytes.name, detail: "the tar header is damaged", offset: at)
            }
            let name = String(decoding: header[0..<100].prefix { $0 != 0 }, as: UTF8.self)
            guard size <= bytes.count - at - 512 else {
                throw PthError.malformedContainer(
                    file: bytes.name, detail: "tar member \(name) needs \(size) bytes, \(bytes.count - at - 512) are there,", offset: at)
            }
            let kind = header[156]
            if kind == 0 || kind == UInt8(ascii: "0") {
                members.append((name, try bytes.window(at: at + 512, count: size, name: "\(bytes.name), member \(name)")))
            }
            at += 512 + (size + 511) / 512 * 512
        }
        self.members = members
    }

    private static func octal(_ field: ArraySlice<UInt8>) -> Int? {
        let digits = field.filter { $0 != 0 && $0 != 0x20 }
        return digits.isEmpty ? nil : Int(String(decoding: digits, as: UTF8.self), radix: 8).flatMap { $0 >= 0 ? $0 : nil }
    }
}
