/// Python 2's `repr` of a `str`, as the STRING opcode of protocol 0 carries it.
enum PythonStringEscape {
    /// The bytes between the quotes; nil where the line is not a quoted string.
    static func decode(_ line: String) -> [UInt8]? {
        let text = Array(line.utf8)
        guard text.count >= 2, let quote = text.first, quote == text.last, quote == 0x27 || quote == 0x22 else { return nil }
        var out: [UInt8] = []
        var at = 1
        let end = text.count - 1
        let simple: [UInt8: UInt8] = [
            UInt8(ascii: "n"): 10, UInt8(ascii: "t"): 9, UInt8(ascii: "r"): 13, UInt8(ascii: "\\"): 92, UInt8(ascii: "'"): 39,
            UInt8(ascii: "\""): 34, UInt8(ascii: "a"): 7, UInt8(ascii: "b"): 8, UInt8(ascii: "f"): 12, UInt8(ascii: "v"): 11,
        ]
        while at < end {
            guard text[at] == UInt8(ascii: "\\") else {
                out.append(text[at])
                at += 1
                continue
            }
            guard at + 1 < end else { return nil }
            let kind = text[at + 1]
            if let byte = simple[kind] {
                out.append(byte)
                at += 2
            } else if kind == UInt8(ascii: "x") {
                guard at + 3 < end, let byte = UInt8(String(decoding: text[at + 2...at + 3], as: UTF8.self), radix: 16) else { return nil }
                out.append(byte)
                at += 4
            } else if (UInt8(ascii: "0")...UInt8(ascii: "7")).contains(kind) {
                var value = 0
                var digits = 0
                while digits < 3, at + 1 + digits < end, (48...55).contains(text[at + 1 + digits]) {
                    value = value * 8 + Int(text[at + 1 + digits]) - 48
                    digits += 1
                }
                out.append(UInt8(truncatingIfNeeded: value))
                at += 1 + digits
            } else {
                out.append(text[at])
                at += 1
            }
        }
        return out
    }
}

/// Python's raw-unicode-escape, as the UNICODE opcode of protocol 0 carries it: `\uXXXX` and `\UXXXXXXXX`, all else as it is.
enum RawUnicodeEscape {
    static func decode(_ line: [UInt8], file: String, offset: Int) throws -> String {
        var units: [UInt16] = []
        // Bytes past ASCII are Latin-1.
        let text = line.map { Unicode.Scalar($0) }
        var at = 0
        while at < text.count {
            let length = at + 1 < text.count && text[at] == "\\" ? (text[at + 1] == "u" ? 4 : text[at + 1] == "U" ? 8 : 0) : 0
            guard length > 0 else {
                units.append(contentsOf: String(text[at]).utf16)
                at += 1
                continue
            }
            guard at + 2 + length <= text.count else { throw PickleError.invalidText(file: file, offset: offset) }
            var digits = String.UnicodeScalarView()
            digits.append(contentsOf: text[at + 2..<at + 2 + length])
            guard let code = UInt32(String(digits), radix: 16), code <= 0x10FFFF else {
                throw PickleError.invalidText(file: file, offset: offset)
            }
            if code <= 0xFFFF {
                units.append(UInt16(code))
            } else if let scalar = Unicode.Scalar(code) {
                units.append(contentsOf: String(scalar).utf16)
            }
            at += 2 + length
        }
        guard let decoded = String(validating: units, as: UTF16.self) else { throw PickleError.invalidText(file: file, offset: offset) }
        return decoded
    }
}

/// Decimal text of integers past 64 bits.
public enum BigDecimalText {
    /// Longest text converted; the conversion is quadratic.
    static let digitLimit = 4300

    /// Little-endian two's complement of a decimal number; nil where the text is none or is too long.
    static func twosComplement(_ text: String) -> [UInt8]? {
        let isNegative = text.hasPrefix("-")
        let digits = text.utf8.drop { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "+") }
        guard !digits.isEmpty, digits.count <= digitLimit, text.utf8.count - digits.count <= 1 else { return nil }
        var magnitude: [UInt8] = []
        for digit in digits {
            guard (48...57).contains(digit) else { return nil }
            var carry = Int(digit) - 48
            for place in magnitude.indices {
                carry += Int(magnitude[place]) * 10
                magnitude[place] = UInt8(carry & 0xFF)
                carry >>= 8
            }
            if carry > 0 { magnitude.append(UInt8(carry)) }
        }
        magnitude.append(0)
        return isNegative ? negated(magnitude) : magnitude
    }

    /// Decimal text of a little-endian two's complement number; hexadecimal past 1,024 bytes.
    public static func decimal(_ twosComplement: [UInt8]) -> String {
        let isNegative = (twosComplement.last ?? 0) & 0x80 != 0
        var magnitude = isNegative ? negated(twosComplement + [0xFF]) : twosComplement
        guard magnitude.count <= 1024 else { return "(an integer of \(twosComplement.count) bytes)" }
        var digits: [UInt8] = []
        while magnitude.contains(where: { $0 != 0 }) {
            var remainder = 0
            for place in magnitude.indices.reversed() {
                remainder = remainder << 8 | Int(magnitude[place])
                magnitude[place] = UInt8(remainder / 10)
                remainder %= 10
            }
            digits.append(UInt8(48 + remainder))
        }
        return (isNegative ? "-" : "") + (digits.isEmpty ? "0" : String(decoding: digits.reversed(), as: UTF8.self))
    }

    private static func negated(_ number: [UInt8]) -> [UInt8] {
        var carry = 1
        return number.map { byte in
            carry += Int(~byte)
            defer { carry >>= 8 }
            return UInt8(carry & 0xFF)
        }
    }
}
