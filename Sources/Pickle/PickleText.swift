/// Python 2's `repr` of a `str`, as the STRING opcode of protocol 0 carries it.
enum PythonStringEscape {
    /// The bytes between the quotes; nil if the line is not a quoted string.
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
                guard at + 3 < end, let byte = hexadecimal(text[at + 2...at + 3]) else { return nil }
                out.append(UInt8(truncatingIfNeeded: byte))
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

/// The value of hexadecimal digits; nil for a sign or anything else that Swift's own conversion accepts.
private func hexadecimal(_ digits: some Collection<UInt8>) -> UInt32? {
    var value: UInt32 = 0
    for digit in digits {
        guard let number = Character(Unicode.Scalar(digit)).hexDigitValue, value <= UInt32.max >> 4 else { return nil }
        value = value << 4 | UInt32(number)
    }
    return digits.isEmpty ? nil : value
}

/// Python's raw-unicode-escape, as the UNICODE opcode of protocol 0 carries it (CPython, `_PyUnicode_DecodeRawUnicodeEscapeStateful`):
/// `\uXXXX` and `\UXXXXXXXX`. A backslash before anything else stands for itself and consumes the next byte, so two backslashes never
/// begin an escape. Bytes beyond ASCII are Latin-1.
enum RawUnicodeEscape {
    static func decode(_ line: [UInt8], file: String, offset: Int) throws -> String {
        var out = String.UnicodeScalarView()
        var at = 0
        while at < line.count {
            guard line[at] == UInt8(ascii: "\\"), at + 1 < line.count else {
                out.append(Unicode.Scalar(line[at]))
                at += 1
                continue
            }
            let length = line[at + 1] == UInt8(ascii: "u") ? 4 : line[at + 1] == UInt8(ascii: "U") ? 8 : 0
            guard length > 0 else {
                out.append("\\")
                out.append(Unicode.Scalar(line[at + 1]))
                at += 2
                continue
            }
            // A lone surrogate is valid in Python and not in Swift; Python does not join two of them.
            guard at + 2 + length <= line.count, let code = hexadecimal(line[at + 2..<at + 2 + length]), let scalar = Unicode.Scalar(code)
            else { throw PickleError.invalidText(file: file, offset: offset) }
            out.append(scalar)
            at += 2 + length
        }
        return String(out)
    }
}

/// Numbers in text as Python's pickler writes them. Its readers accept more (octal, underscores, blanks), each a different set, so
/// anything else would be a different number to some reader.
enum PythonNumberText {
    /// Whether this is an optional minus sign followed by digits without leading zeros.
    static func isCanonicalInteger(_ text: String) -> Bool {
        let digits = text.utf8.first == UInt8(ascii: "-") ? text.utf8.dropFirst() : text.utf8[...]
        guard let first = digits.first, digits.allSatisfy({ (48...57).contains($0) }) else { return false }
        return first != 48 || digits.count == 1
    }

    /// A float in decimal notation, or one of Python's names of non-finite numbers; nil for anything else, including what overflows.
    static func float(_ text: String) -> Double? {
        switch text {
        case "inf": return .infinity
        case "-inf": return -.infinity
        case "nan": return .nan
        default: break
        }
        guard text.utf8.allSatisfy({ (48...57).contains($0) || Array("+-.eE".utf8).contains($0) }), let number = Double(text) else {
            return nil
        }
        return number.isFinite ? number : nil
    }
}

/// Decimal text of integers beyond 64 bits.
package enum BigDecimalText {
    /// Longest text that is converted, as in Python (`sys.get_int_max_str_digits`); the conversion is quadratic.
    static let digitLimit = 4300
    /// Longest number written in decimal, in bytes; longer ones are written in hexadecimal, so that the cost stays linear in the file
    /// size.
    static let decimalLimit = 256
    /// The number of decimal digits handled per step, and the corresponding power of ten.
    private static let step = (digits: 18, power: UInt64(1_000_000_000_000_000_000))

    /// Little-endian two's complement of a decimal number; nil if the text is not one or is too long.
    static func twosComplement(_ text: String) -> [UInt8]? {
        let isNegative = text.hasPrefix("-")
        let digits = Array(isNegative ? text.utf8.dropFirst() : text.utf8[...])
        guard !digits.isEmpty, digits.count <= digitLimit, digits.allSatisfy({ (48...57).contains($0) }) else { return nil }
        var limbs: [UInt64] = []
        var at = 0
        while at < digits.count {
            let count = (digits.count - at) % step.digits == 0 ? step.digits : (digits.count - at) % step.digits
            var carry = digits[at..<at + count].reduce(UInt64(0)) { $0 * 10 + UInt64($1) - 48 }
            for index in limbs.indices {
                let (high, low) = limbs[index].multipliedFullWidth(by: step.power)
                let (sum, overflow) = low.addingReportingOverflow(carry)
                limbs[index] = sum
                carry = high &+ (overflow ? 1 : 0)
            }
            if carry > 0 { limbs.append(carry) }
            at += count
        }
        var magnitude: [UInt8] = []
        for limb in limbs { withUnsafeBytes(of: limb.littleEndian) { magnitude.append(contentsOf: $0) } }
        magnitude.append(0)
        return isNegative ? negated(magnitude) : magnitude
    }

    /// Decimal text of a little-endian two's complement number; hexadecimal beyond 256 bytes.
    package static func decimal(_ twosComplement: [UInt8]) -> String {
        let isNegative = (twosComplement.last ?? 0) & 0x80 != 0
        let magnitude = isNegative ? negated(twosComplement + [0xFF]) : twosComplement
        let sign = isNegative ? "-" : ""
        guard magnitude.count <= decimalLimit else {
            let digits = Array("0123456789abcdef".utf8)
            let text = magnitude.reversed().drop { $0 == 0 }.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
            return sign + "0x" + String(decoding: text, as: UTF8.self)
        }
        var limbs = stride(from: 0, to: magnitude.count, by: 8).map { start in
            magnitude[start..<min(start + 8, magnitude.count)].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        }
        var parts: [String] = []
        while let top = limbs.last {
            guard top != 0 else {
                limbs.removeLast()
                continue
            }
            var remainder: UInt64 = 0
            for index in limbs.indices.reversed() {
                (limbs[index], remainder) = step.power.dividingFullWidth((remainder, limbs[index]))
            }
            parts.append("\(remainder)")
        }
        guard let first = parts.popLast() else { return "0" }
        return sign + first + parts.reversed().map { String(repeating: "0", count: step.digits - $0.utf8.count) + $0 }.joined()
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
