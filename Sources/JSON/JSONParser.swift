/// A strict parser of RFC 8259. Foundation's loses the order of keys and accepts duplicate keys, which a safetensors header must not
/// have.
package enum JSONParser {
    /// Parses a whole text: one value, optional white space after it, and nothing else. Throws `JSONError`.
    package static func parse(_ bytes: [UInt8], limits: JSONLimits = JSONLimits()) throws(JSONError) -> JSONValue {
        var scanner = JSONScanner(bytes: bytes, limits: limits)
        return try scanner.document()
    }

    /// Parses a whole text from any collection of bytes, which is copied first. Throws `JSONError`.
    package static func parse(_ bytes: some Collection<UInt8>, limits: JSONLimits = JSONLimits()) throws(JSONError) -> JSONValue {
        try parse(Array(bytes), limits: limits)
    }
}

/// The current position in the bytes, and the grammar around it; strings and numbers are in extensions.
struct JSONScanner {
    let bytes: [UInt8]
    let limits: JSONLimits
    var at = 0

    init(bytes: [UInt8], limits: JSONLimits) {
        self.bytes = bytes
        self.limits = limits
    }

    var current: UInt8? { at < bytes.count ? bytes[at] : nil }

    mutating func document() throws(JSONError) -> JSONValue {
        skipSpace()
        guard at == 0 || limits.allowsLeadingSpace else { throw .leadingSpace(offset: 0) }
        let result = try value(depth: 0)
        skipSpace()
        guard at == bytes.count else { throw .trailingBytes(offset: at) }
        return result
    }

    mutating func skipSpace() {
        while let byte = current, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { at += 1 }
    }

    func unexpected(_ expected: String) -> JSONError {
        if let current { .unexpectedByte(current, expected: expected, offset: at) } else { .unexpectedEnd(expected: expected, offset: at) }
    }

    mutating func expect(_ byte: UInt8, _ expected: String) throws(JSONError) {
        guard current == byte else { throw unexpected(expected) }
        at += 1
    }

    mutating func word(_ text: StaticString) throws(JSONError) {
        for index in 0..<text.utf8CodeUnitCount { try expect(text.utf8Start[index], "\(text)") }
    }

    /// A value nested in `depth` arrays and objects.
    private mutating func value(depth: Int) throws(JSONError) -> JSONValue {
        guard depth <= limits.depth else { throw .tooDeep(limit: limits.depth, offset: at) }
        switch current {
        case UInt8(ascii: "{"): return .object(try object(depth: depth))
        case UInt8(ascii: "["): return .array(try array(depth: depth))
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"):
            try word("true")
            return .boolean(true)
        case UInt8(ascii: "f"):
            try word("false")
            return .boolean(false)
        case UInt8(ascii: "n"):
            try word("null")
            return .null
        case UInt8(ascii: "N") where limits.acceptsPythonNumbers:
            try word("NaN")
            return .number(.nan)
        case UInt8(ascii: "I") where limits.acceptsPythonNumbers:
            try word("Infinity")
            return .number(.infinity)
        case .some(UInt8(ascii: "-")), .some(UInt8(ascii: "0")...UInt8(ascii: "9")): return try number()
        default: throw unexpected("a value")
        }
    }

    /// Skips the opening bracket of a container and the white space after it.
    private mutating func open() {
        at += 1
        skipSpace()
    }

    private mutating func object(depth: Int) throws(JSONError) -> JSONObject {
        var object = JSONObject()
        open()
        if current == UInt8(ascii: "}") {
            at += 1
            return object
        }
        while true {
            let start = at
            guard current == UInt8(ascii: "\"") else { throw unexpected("a key") }
            let key = try string()
            skipSpace()
            try expect(UInt8(ascii: ":"), "a colon")
            skipSpace()
            guard object.append(key, try value(depth: depth + 1)) else { throw .duplicateKey(key, offset: start) }
            skipSpace()
            if current == UInt8(ascii: "}") {
                at += 1
                return object
            }
            try expect(UInt8(ascii: ","), "a comma or the object's end")
            skipSpace()
        }
    }

    private mutating func array(depth: Int) throws(JSONError) -> [JSONValue] {
        var items: [JSONValue] = []
        open()
        if current == UInt8(ascii: "]") {
            at += 1
            return items
        }
        while true {
            items.append(try value(depth: depth + 1))
            skipSpace()
            if current == UInt8(ascii: "]") {
                at += 1
                return items
            }
            try expect(UInt8(ascii: ","), "a comma or the array's end")
            skipSpace()
        }
    }
}
