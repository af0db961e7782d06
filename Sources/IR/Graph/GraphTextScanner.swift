/// Cuts one line of a graph's text into words and signs. Works on bytes, and looks at each of them once.
package struct GraphTextScanner {
    package enum Token: Equatable {
        /// A name or a number; in quotation marks it is never a word of the grammar.
        case word(String, isQuoted: Bool)
        /// One of `( ) [ ] , = :`.
        case sign(UInt8)
        case end
    }

    package let file: String
    package let line: Int
    private let bytes: ArraySlice<UInt8>
    private var position: Int
    /// The next token.
    package private(set) var next = Token.end

    package init(_ bytes: ArraySlice<UInt8>, file: String, line: Int) throws(GraphTextError) {
        self.bytes = bytes
        self.file = file
        self.line = line
        position = bytes.startIndex
        try advance()
    }

    /// Goes on to the token after `next`.
    package mutating func advance() throws(GraphTextError) { next = try token() }

    // MARK: What the grammar asks for

    /// Takes a sign. Throws if a different token is next.
    package mutating func take(_ sign: Character) throws(GraphTextError) {
        guard try takeIfThere(sign) else { throw unexpected("\"\(sign)\"") }
    }

    /// Takes a sign if it is next.
    package mutating func takeIfThere(_ sign: Character) throws(GraphTextError) -> Bool {
        guard case .sign(let byte) = next, byte == sign.asciiValue else { return false }
        try advance()
        return true
    }

    /// Takes a word, quoted or not.
    package mutating func takeWord(_ expected: String) throws(GraphTextError) -> String {
        guard case .word(let text, _) = next else { throw unexpected(expected) }
        try advance()
        return text
    }

    /// Takes nothing: throws if the line goes on.
    package func takeEnd() throws(GraphTextError) {
        guard next == .end else { throw unexpected("the end of the line") }
    }

    package func unexpected(_ expected: String) -> GraphTextError {
        let found =
            switch next {
            case .word(let text, _): GraphTextScanner.shortened(text)
            case .sign(let byte): "\"\(Character(Unicode.Scalar(byte)))\""
            case .end: "the end of the line"
            }
        return .unexpected(file: file, line: line, expected: expected, found: found)
    }

    /// A text of any length for a message.
    package static func shortened(_ text: String) -> String {
        let start = text.unicodeScalars.prefix(61)
        return start.count <= 60 ? "\"\(text)\"" : "\"\(String(String.UnicodeScalarView(start.prefix(60))))…\""
    }

    // MARK: Bytes

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D }

    private static func isSign(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: ","), UInt8(ascii: "="): true
        default: false
        }
    }

    private static let colon = UInt8(ascii: ":")
    private static let quote = UInt8(ascii: "\"")
    private static let backslash = UInt8(ascii: "\\")
    private static let comment = UInt8(ascii: "#")

    private mutating func token() throws(GraphTextError) -> Token {
        while position < bytes.endIndex, GraphTextScanner.isBlank(bytes[position]) { position += 1 }
        guard position < bytes.endIndex, bytes[position] != GraphTextScanner.comment else { return .end }
        let first = bytes[position]
        // A colon inside a name belongs to it.
        if GraphTextScanner.isSign(first) || first == GraphTextScanner.colon {
            position += 1
            return .sign(first)
        }
        if first == GraphTextScanner.quote { return .word(try quoted(), isQuoted: true) }
        let start = position
        while position < bytes.endIndex, !GraphText.isReserved(bytes[position]) { position += 1 }
        guard position > start else { throw refused("a name", "a backslash") }
        if bytes[position - 1] == GraphTextScanner.colon { position -= 1 }
        return .word(String(decoding: bytes[start..<position], as: UTF8.self), isQuoted: false)
    }

    private mutating func quoted() throws(GraphTextError) -> String {
        position += 1
        var content: [UInt8] = []
        while position < bytes.endIndex {
            let byte = bytes[position]
            position += 1
            switch byte {
            case GraphTextScanner.quote: return String(decoding: content, as: UTF8.self)
            case GraphTextScanner.backslash: try escape(into: &content)
            default: content.append(byte)
            }
        }
        throw refused("a quotation mark", "the end of the line")
    }

    /// `\"`, `\\` or `\u{…}` with the number of a Unicode scalar.
    private mutating func escape(into content: inout [UInt8]) throws(GraphTextError) {
        let expected = "\\\", \\\\ or \\u{…}"
        guard position < bytes.endIndex else { throw refused(expected, "the end of the line") }
        let byte = bytes[position]
        position += 1
        if byte == GraphTextScanner.quote || byte == GraphTextScanner.backslash {
            content.append(byte)
            return
        }
        let digits = bytes[position...].prefix(8)
        guard byte == UInt8(ascii: "u"), digits.first == UInt8(ascii: "{"), let end = digits.firstIndex(of: UInt8(ascii: "}")),
            let number = UInt32(String(decoding: digits.dropFirst()[..<end], as: UTF8.self), radix: 16),
            let scalar = Unicode.Scalar(number)
        else { throw refused(expected, "another escape") }
        content.append(contentsOf: Array(String(Character(scalar)).utf8))
        position = end + 1
    }

    private func refused(_ expected: String, _ found: String) -> GraphTextError {
        .unexpected(file: file, line: line, expected: expected, found: found)
    }
}
