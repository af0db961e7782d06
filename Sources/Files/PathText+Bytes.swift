/// File names are bytes on Linux and need not be UTF-8; strings are.
///
/// A byte that is not part of valid UTF-8 becomes one of the last 128 code points of Unicode's private use area (U+10FF80 … U+10FFFF),
/// and becomes the byte again when a path is passed to the system. If a name already contains these code points, their bytes are mapped
/// the same way, so every name round-trips. Such bytes are never below 0x80, so no separator and no NUL can appear this way.
extension PathText {
    private static let firstStandIn: UInt32 = 0x10FF00
    private static let standIns: ClosedRange<UInt32> = 0x10FF80...0x10FFFF
    /// The first UTF-8 byte of a stand-in; few other characters have it.
    private static let standInLead: UInt8 = 0xF4

    /// A string for the bytes of a path or argument; `bytes` returns exactly these bytes.
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

    /// The same for a NUL-terminated string from the system.
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

    /// A path for a system call. A path that contains a NUL, which no file name can, becomes the empty path, which never exists: cut off
    /// at the NUL, it would name a different file.
    public static func system(_ path: String) -> [CChar] {
        let bytes = bytes(path)
        return (bytes.contains(0) ? [] : bytes.map { CChar(bitPattern: $0) }) + [0]
    }

    /// Text for people: bytes that are not UTF-8 are shown as `\xE9`.
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
