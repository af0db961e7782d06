import ConvertFiles

/// The lines of a long list, one after another, without a copy of the file.
struct ListLines {
    private let bytes: UnsafeRawBufferPointer
    private let end: Int
    private var next: Int
    /// The number of the line that `nextLine` gave last, counted from 1 at the first of the bytes.
    private(set) var number = 0

    /// The lines that begin in this range of the bytes; the range has to begin at the beginning of a line.
    init(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) {
        self.bytes = bytes
        (next, end) = (range.lowerBound, range.upperBound)
    }

    /// The fields of the next line that is not blank, separated by spaces or tabs; nil after the last.
    mutating func nextLine() -> ListFields? {
        while next < end {
            let start = next
            while next < bytes.count, bytes[next] != 0x0A { next += 1 }
            let line = UnsafeRawBufferPointer(rebasing: bytes[start..<next])
            next += 1
            number += 1
            if line.contains(where: { !ListFields.isBlank($0) }) { return ListFields(line) }
        }
        return nil
    }

    /// The number of the line at this position of the bytes, counted from 1.
    static func number(at position: Int, in bytes: UnsafeRawBufferPointer) -> Int {
        1 + bytes[..<min(position, bytes.count)].reduce(0) { $0 + ($1 == 0x0A ? 1 : 0) }
    }

    /// Ranges of about `size` bytes that each begin at the beginning of a line.
    static func parts(of bytes: UnsafeRawBufferPointer, size: Int) -> [Range<Int>] {
        var parts: [Range<Int>] = []
        var start = 0
        while start < bytes.count {
            var end = min(start + max(size, 1), bytes.count)
            while end < bytes.count, bytes[end - 1] != 0x0A { end += 1 }
            parts.append(start..<end)
            start = end
        }
        return parts
    }
}

/// The fields of a line, read from left to right.
struct ListFields {
    private let line: UnsafeRawBufferPointer
    private var next = 0

    init(_ line: UnsafeRawBufferPointer) { self.line = line }

    static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D }

    /// The next field; nil after the last.
    mutating func field() -> UnsafeRawBufferPointer? {
        while next < line.count, ListFields.isBlank(line[next]) { next += 1 }
        guard next < line.count else { return nil }
        let start = next
        while next < line.count, !ListFields.isBlank(line[next]) { next += 1 }
        return UnsafeRawBufferPointer(rebasing: line[start..<next])
    }

    /// Whether nothing is left.
    mutating func isAtEnd() -> Bool { field() == nil }

    /// The next field as a whole number that is not negative; nil if it is something else or there is none.
    mutating func wholeNumber() -> Int? {
        guard let field = field(), field.count <= 18 else { return nil }
        var value = 0
        for byte in field {
            guard (0x30...0x39).contains(byte) else { return nil }
            value = value * 10 + Int(byte - 0x30)
        }
        return value
    }

    /// The next field as a finite number in decimal notation, correctly rounded; nil if it is something else or there is none.
    mutating func number() -> Double? {
        guard let field = field() else { return nil }
        return ListFields.shortNumber(field) ?? NumberText.double(String(decoding: field, as: UTF8.self))
    }

    /// Powers of ten that are exact in double precision.
    private static let powers: [Double] = (0...15).reduce(into: [1]) { powers, _ in powers.append((powers.last ?? 1) * 10) }

    /// A number of at most 15 digits without an exponent: one division of two exact numbers, so that it is rounded once.
    private static func shortNumber(_ field: UnsafeRawBufferPointer) -> Double? {
        var (digits, decimals, hasPoint, value) = (0, 0, false, 0)
        for (index, byte) in field.enumerated() {
            switch byte {
            case 0x2D where index == 0: continue
            case 0x2E where !hasPoint: hasPoint = true
            case 0x30...0x39:
                digits += 1
                guard digits <= 15 else { return nil }
                if hasPoint { decimals += 1 }
                value = value * 10 + Int(byte - 0x30)
            default: return nil
            }
        }
        guard digits > 0 else { return nil }
        let magnitude = Double(value) / powers[decimals]
        return field[0] == 0x2D ? -magnitude : magnitude
    }
}
