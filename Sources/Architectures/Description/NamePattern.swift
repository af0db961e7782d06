/// A name in which `*` stands for any part.
struct NamePattern {
    private static let star = UInt8(ascii: "*")

    private let parts: [[UInt8]]

    init(_ text: String) { parts = text.utf8.split(separator: NamePattern.star, omittingEmptySubsequences: false).map { Array($0) } }

    /// Nil for a text without `*`.
    init?(wildcards text: String) {
        guard text.utf8.contains(NamePattern.star) else { return nil }
        self.init(text)
    }

    /// Each `*` matches as little as possible, the last one the rest.
    func fits(_ name: String) -> Bool {
        var name = name
        return name.withUTF8 { bytes in
            guard let first = parts.first, let last = parts.last, parts.count > 1 else { return bytes.elementsEqual(parts.first ?? []) }
            guard bytes.count >= first.count + last.count, bytes.starts(with: first), bytes.suffix(last.count).elementsEqual(last) else {
                return false
            }
            var rest = bytes.dropFirst(first.count).dropLast(last.count)
            for part in parts.dropFirst().dropLast() where !part.isEmpty {
                guard let end = NamePattern.end(of: part, in: rest) else { return false }
                rest = rest[end...]
            }
            return true
        }
    }

    /// The index after the first occurrence of a part; nil if there is none.
    private static func end(of part: [UInt8], in bytes: Slice<UnsafeBufferPointer<UInt8>>) -> Int? {
        var rest = bytes
        while let start = rest.firstIndex(of: part[0]) {
            rest = rest[start...]
            if rest.starts(with: part) { return start + part.count }
            rest = rest.dropFirst()
        }
        return nil
    }
}
