extension JSONScanner {
    /// A quoted string with its escapes resolved.
    mutating func string() throws(JSONError) -> String {
        at += 1
        let start = at
        skipPlain()
        if current == UInt8(ascii: "\"") {
            let run = start..<at
            at += 1
            return try decoded(run)
        }
        var text = ""
        var runStart = start
        while true {
            skipPlain()
            guard let byte = current else { throw unexpected("the string's end") }
            text += try decoded(runStart..<at)
            guard byte >= 0x20 else { throw .controlCharacter(byte, offset: at) }
            if byte == UInt8(ascii: "\"") {
                at += 1
                return text
            }
            text.unicodeScalars.append(try escape())
            runStart = at
        }
    }

    /// Skips bytes that need no unescaping.
    private mutating func skipPlain() {
        while at < bytes.count {
            let byte = bytes[at]
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte < 0x20 { return }
            at += 1
        }
    }

    /// Decodes a run of bytes. No run begins or ends within a character, because the bytes that end a run are ASCII.
    private func decoded(_ run: Range<Int>) throws(JSONError) -> String {
        if let text = String(validating: bytes[run], as: UTF8.self) { return text }
        var parser = Unicode.UTF8.ForwardParser()
        var iterator = bytes[run].makeIterator()
        var offset = run.lowerBound
        while case .valid(let scalar) = parser.parseScalar(from: &iterator) { offset += scalar.count }
        throw .invalidUTF8(offset: offset)
    }

    private mutating func escape() throws(JSONError) -> Unicode.Scalar {
        let start = at
        at += 1
        guard let kind = current else { throw unexpected("an escape") }
        at += 1
        switch kind {
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(kind)
        case UInt8(ascii: "u"): break
        default: throw .invalidEscape(offset: start)
        }
        let first = try fourHexDigits(start)
        if let scalar = Unicode.Scalar(first) { return scalar }
        // A high surrogate: its low half must follow immediately as another escape.
        let second = at
        guard first < 0xDC00 else { throw .loneSurrogate(offset: start) }
        for expected in [UInt8(ascii: "\\"), UInt8(ascii: "u")] {
            guard let byte = current else { throw unexpected("the other half of a surrogate pair") }
            guard byte == expected else { throw .loneSurrogate(offset: start) }
            at += 1
        }
        let low = try fourHexDigits(second)
        guard low >= 0xDC00, low < 0xE000, let scalar = Unicode.Scalar(0x10000 + ((first - 0xD800) << 10) + (low - 0xDC00))
        else { throw .loneSurrogate(offset: start) }
        return scalar
    }

    private mutating func fourHexDigits(_ escapeStart: Int) throws(JSONError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = current else { throw unexpected("a hexadecimal digit") }
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | UInt32(byte - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): value = value << 4 | UInt32(byte - UInt8(ascii: "a") + 10)
            case UInt8(ascii: "A")...UInt8(ascii: "F"): value = value << 4 | UInt32(byte - UInt8(ascii: "A") + 10)
            default: throw .invalidEscape(offset: escapeStart)
            }
            at += 1
        }
        return value
    }
}
