import Glibc

/// Numbers as C's printf writes them, which Python's formatting agrees with to the last digit.
enum DecimalText {
    /// A number with so many decimals, correctly rounded from its exact binary value.
    static func fixed(_ value: Double, _ decimals: Int) -> String {
        var buffer = [CChar](repeating: 0, count: 400)
        let count = withVaList([Int32(clamping: decimals), value]) { vsnprintf(&buffer, buffer.count, "%.*f", $0) }
        guard count > 0, count < buffer.count else { return "\(value)" }
        return String(decoding: buffer[..<Int(count)].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// A fraction as a percentage.
    static func percent(_ fraction: Double, _ decimals: Int = 4) -> String { fixed(fraction * 100, decimals) }

    /// `1,234,567`.
    static func grouped(_ number: Int) -> String {
        var out = ""
        for (place, digit) in String(number.magnitude).reversed().enumerated() {
            if place > 0, place.isMultiple(of: 3) { out.append(",") }
            out.append(digit)
        }
        return (number < 0 ? "-" : "") + String(out.reversed())
    }

    /// A number from text: plain decimal notation, finite.
    static func double(_ text: some StringProtocol) -> Double? {
        // Swift also takes hexadecimal and "nan".
        guard !text.isEmpty, text.utf8.count <= 64, text.utf8.allSatisfy({ "0123456789+-.eE".utf8.contains($0) }) else { return nil }
        return Double(text).flatMap { $0.isFinite ? $0 : nil }
    }
}
