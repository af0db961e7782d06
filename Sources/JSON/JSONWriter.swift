extension JSONValue {
    /// The value as JSON text; equal values give equal text. NaN and infinities, which JSON lacks, become the strings `NaN`, `Infinity`
    /// and `-Infinity`. Doubles get the fewest digits that read back as the same double, always with a fraction or an exponent, so that
    /// they do not read back as integers.
    package func text(pretty: Bool = false) -> String {
        var out: [UInt8] = []
        write(to: &out, indent: pretty ? 0 : nil)
        return String(decoding: out, as: UTF8.self)
    }

    private func write(to out: inout [UInt8], indent: Int?) {
        switch self {
        case .null: out.append(contentsOf: "null".utf8)
        case .boolean(let flag): out.append(contentsOf: (flag ? "true" : "false").utf8)
        case .integer(let number): out.append(contentsOf: String(number).utf8)
        case .unsigned(let number): out.append(contentsOf: String(number).utf8)
        case .number(let number):
            if number.isFinite {
                out.append(contentsOf: number.description.utf8)
            } else {
                out.append(contentsOf: (number.isNaN ? "\"NaN\"" : number > 0 ? "\"Infinity\"" : "\"-Infinity\"").utf8)
            }
        case .string(let text): JSONValue.quote(text, to: &out)
        case .array(let items):
            // Arrays of plain values stay on one line, which makes shapes easier to read.
            let isFlat = items.allSatisfy { if case .object = $0 { false } else if case .array = $0 { false } else { true } }
            let inner = isFlat ? nil : indent.map { $0 + 1 }
            out.append(UInt8(ascii: "["))
            for (index, item) in items.enumerated() {
                if index > 0 { out.append(contentsOf: (isFlat && indent != nil ? ", " : ",").utf8) }
                JSONValue.newLine(inner, to: &out)
                item.write(to: &out, indent: inner)
            }
            if !items.isEmpty, !isFlat { JSONValue.newLine(indent, to: &out) }
            out.append(UInt8(ascii: "]"))
        case .object(let object):
            out.append(UInt8(ascii: "{"))
            for (index, member) in object.members.enumerated() {
                if index > 0 { out.append(UInt8(ascii: ",")) }
                JSONValue.newLine(indent.map { $0 + 1 }, to: &out)
                JSONValue.quote(member.key, to: &out)
                out.append(contentsOf: (indent == nil ? ":" : ": ").utf8)
                member.value.write(to: &out, indent: indent.map { $0 + 1 })
            }
            if !object.members.isEmpty { JSONValue.newLine(indent, to: &out) }
            out.append(UInt8(ascii: "}"))
        }
    }

    private static func newLine(_ indent: Int?, to out: inout [UInt8]) {
        guard let indent else { return }
        out.append(0x0A)
        out.append(contentsOf: repeatElement(0x20, count: 2 * indent))
    }

    private static func quote(_ text: String, to out: inout [UInt8]) {
        out.append(UInt8(ascii: "\""))
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": out.append(contentsOf: "\\\"".utf8)
            case "\\": out.append(contentsOf: "\\\\".utf8)
            case "\n": out.append(contentsOf: "\\n".utf8)
            case "\t": out.append(contentsOf: "\\t".utf8)
            case "\r": out.append(contentsOf: "\\r".utf8)
            case _ where isHidden(scalar.value):
                for unit in UTF16.encode(scalar).map({ Array($0) }) ?? [] {
                    let digits = String(unit, radix: 16)
                    out.append(contentsOf: ("\\u" + String(repeating: "0", count: 4 - digits.count) + digits).utf8)
                }
            case _ where scalar.isASCII: out.append(UInt8(truncatingIfNeeded: scalar.value))
            default: if let bytes = UTF8.encode(scalar) { out.append(contentsOf: bytes) }
            }
        }
        out.append(UInt8(ascii: "\""))
    }

    /// Characters that are written as `\uXXXX`: control characters, line separators, bidirectional marks, and the end of the private use
    /// area, which stands for bytes that are not text. Making them visible in any other way would not be JSON.
    private static func isHidden(_ value: UInt32) -> Bool {
        switch value {
        case 0..<0x20, 0x7F..<0xA0, 0x061C, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069, 0x10FF80...: true
        default: false
        }
    }
}
