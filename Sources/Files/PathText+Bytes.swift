/// Names of files are bytes on Linux and need not be UTF-8, where text is.
///
/// A byte that is not part of UTF-8 becomes one of the 128 last code points of Unicode's private use (U+10FF80 … U+10FFFF), and becomes the byte
/// again where a path goes to the system. A name that holds these code points itself has their bytes treated likewise, so that every name comes
/// back as it was. No such byte is below 0x80: no separator and no NUL comes to be this way.
extension PathText {
    private static let firstStandIn: UInt32 = 0x10FF00
    private static let standIns: ClosedRange<UInt32> = 0x10FF80...0x10FFFF
    /// The first byte of a stand-in's UTF-8; few other characters have it.
    private static let standInLead: UInt8 = 0xF4

    /// Text for the bytes of a path or of an argument; `bytes` gives exactly these back.
    public static func text(_ bytes: [UInt8]) -> String {
        if !bytes.contains(standInLead), let text = String(validating: bytes, as: UTF8.self) { return text }
        var text = String.UnicodeScalarView()
        var parser = Unicode.UTF8.ForwardParser()
        var rest = bytes.makeIterator()
        var at = 0
        func standIn(_ count: Int) {
            for byte in bytes[at..<at + count] { if let scalar = Unicode.Scalar(firstStandIn + UInt32(byte)) { text.append(scalar) } }
            at += count
        }
        while true {
            switch parser.parseScalar(from: &rest) {
            case .valid(let encoded):
                let scalar = Unicode.UTF8.decode(encoded)
                if standIns.contains(scalar.value) {
                    standIn(encoded.count)
                } else {
                    text.append(scalar)
                    at += encoded.count
                }
            case .error(let length): standIn(length)
            case .emptyInput: return String(text)
            }
        }
    }

    /// The same of text that ends with a NUL, as the system gives it.
    public static func text(_ start: UnsafePointer<CChar>) -> String {
        var bytes: [UInt8] = []
        var next = start
        while next.pointee != 0 {
            bytes.append(UInt8(bitPattern: next.pointee))
            next += 1
        }
        return text(bytes)
    }

    /// The bytes that a path stands for.
    public static func bytes(_ path: String) -> [UInt8] {
        guard path.utf8.contains(standInLead) else { return Array(path.utf8) }
        var bytes: [UInt8] = []
        for scalar in path.unicodeScalars {
            if standIns.contains(scalar.value) {
                bytes.append(UInt8(truncatingIfNeeded: scalar.value))
            } else {
                bytes.append(contentsOf: UTF8.encode(scalar).map { Array($0) } ?? [])
            }
        }
        return bytes
    }

    /// A path for a system call. One that holds a NUL, which no file's name can, becomes the empty path, which the system never finds: cut off
    /// there, it would name another file.
    public static func system(_ path: String) -> [CChar] {
        let bytes = bytes(path)
        return (bytes.contains(0) ? [] : bytes.map { CChar(bitPattern: $0) }) + [0]
    }

    /// Text for people: bytes that are not UTF-8 as `\xE9`.
    public static func shown(_ text: String) -> String {
        guard text.utf8.contains(standInLead) else { return text }
        var out = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if standIns.contains(scalar.value) {
                out.append(contentsOf: "\\x\(String(scalar.value - firstStandIn, radix: 16, uppercase: true))".unicodeScalars)
            } else {
                out.append(scalar)
            }
        }
        return String(out)
    }
}
