extension JSONScanner {
    /// A number. Integers that fit 64 bits are exact; all others become the nearest double.
    mutating func number() throws(JSONError) -> JSONValue {
        let start = at
        let isNegative = current == UInt8(ascii: "-")
        if isNegative { at += 1 }
        if isNegative, limits.acceptsPythonNumbers, current == UInt8(ascii: "I") {
            try word("Infinity")
            return .number(-.infinity)
        }
        var magnitude: UInt64? = 0
        if current == UInt8(ascii: "0") {
            at += 1
            if let current, isDigit(current) { throw unexpected("no digit after a leading zero") }
        } else {
            magnitude = try digits()
        }
        var isWhole = true
        if current == UInt8(ascii: ".") {
            isWhole = false
            at += 1
            _ = try digits()
        }
        if current == UInt8(ascii: "e") || current == UInt8(ascii: "E") {
            isWhole = false
            at += 1
            if current == UInt8(ascii: "+") || current == UInt8(ascii: "-") { at += 1 }
            _ = try digits()
        }
        if isWhole, let magnitude, let exact = integer(magnitude, isNegative: isNegative) { return exact }
        guard let number = Double(String(decoding: bytes[start..<at], as: UTF8.self)), number.isFinite
        else { throw .numberOutOfRange(offset: start) }
        return .number(number)
    }

    private func integer(_ magnitude: UInt64, isNegative: Bool) -> JSONValue? {
        if !isNegative { return Int64(exactly: magnitude).map { .integer($0) } ?? .unsigned(magnitude) }
        guard magnitude <= Int64.min.magnitude else { return nil }
        return .integer(Int64(truncatingIfNeeded: 0 &- magnitude))
    }

    private func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

    /// Skips one or more digits and returns their value, or nil if it exceeds 64 bits.
    private mutating func digits() throws(JSONError) -> UInt64? {
        guard let current, isDigit(current) else { throw unexpected("a digit") }
        var value: UInt64? = 0
        while at < bytes.count, isDigit(bytes[at]) {
            if let sofar = value {
                let (tenfold, overflowsTen) = sofar.multipliedReportingOverflow(by: 10)
                let (sum, overflowsSum) = tenfold.addingReportingOverflow(UInt64(bytes[at] - UInt8(ascii: "0")))
                value = overflowsTen || overflowsSum ? nil : sum
            }
            at += 1
        }
        return value
    }
}
