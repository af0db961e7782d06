import Glibc

/// Formats numbers for people and tables, and parses them.
public enum NumberText {
    /// A number with this many decimals, correctly rounded from its exact binary value, like C's printf and Python's formatting.
    public static func fixed(_ value: Double, _ decimals: Int) -> String {
        var buffer = [CChar](repeating: 0, count: 400)
        let count = withVaList([Int32(clamping: decimals), value]) { vsnprintf(&buffer, buffer.count, "%.*f", $0) }
        guard count > 0, count < buffer.count else { return "\(value)" }
        return String(decoding: buffer[..<Int(count)].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// A number with its sign; without one if it rounds to zero.
    public static func signed(_ value: Double, _ decimals: Int) -> String {
        let text = fixed(value.magnitude, decimals)
        guard text.contains(where: { $0 != "0" && $0 != "." }) else { return text }
        return (value < 0 ? "-" : "+") + text
    }

    /// A fraction as a percentage, without the sign.
    public static func percent(_ fraction: Double, _ decimals: Int = 4) -> String { fixed(fraction * 100, decimals) }

    /// A number with five significant digits, in exponent notation below 1e-4 and from 1e7.
    public static func short(_ value: Double) -> String {
        guard value.isFinite, value != 0 else { return value == 0 ? "0" : "\(value)" }
        let exponent = Int(log10(abs(value)).rounded(.down))
        if exponent < -4 || exponent > 6 {
            return "\(fixed(value / pow(10, Double(exponent)), 4))e\(exponent)"
        }
        return fixed(value, max(0, 4 - exponent))
    }

    /// An integer with digits in groups of three: `1,234,567`.
    public static func grouped(_ number: Int) -> String {
        var digits: [UInt8] = []
        for (index, digit) in String(number.magnitude).utf8.reversed().enumerated() {
            if index > 0, index.isMultiple(of: 3) { digits.append(UInt8(ascii: ",")) }
            digits.append(digit)
        }
        return (number < 0 ? "-" : "") + String(decoding: digits.reversed(), as: UTF8.self)
    }

    /// A number and what is counted: `1 image`, `1,234 images`.
    /// - Parameter plural: nil for the word with an s.
    public static func counted(_ number: Int, _ word: String, _ plural: String? = nil) -> String {
        "\(grouped(number)) \(number == 1 ? word : plural ?? "\(word)s")"
    }

    /// A size such as `96.2 MB`, in powers of 1,000; exact below 1,000.
    public static func bytes(_ count: Int) -> String {
        let units = ["B", "kB", "MB", "GB", "TB"]
        guard count >= 1000 else { return "\(count) B" }
        var value = Double(count)
        var unit = 0
        while value >= 999.95, unit < units.count - 1 {
            value /= 1000
            unit += 1
        }
        return "\(fixed(value, 1)) \(units[unit])"
    }

    /// Parses a number in plain decimal notation; nil for anything else, and for what is not finite.
    public static func double(_ text: some StringProtocol) -> Double? {
        // Swift also accepts hexadecimal and "nan".
        guard !text.isEmpty, text.utf8.count <= 64, text.utf8.allSatisfy({ "0123456789+-.eE".utf8.contains($0) }) else { return nil }
        return Double(text).flatMap { $0.isFinite ? $0 : nil }
    }
}
