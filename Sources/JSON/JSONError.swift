/// What can be wrong with JSON text. Offsets are bytes from its beginning.
public enum JSONError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Another byte than the grammar allows here.
    case unexpectedByte(UInt8, expected: String, offset: Int)
    /// The text stops in the middle of a value.
    case unexpectedEnd(expected: String, offset: Int)
    /// White space before the value, where the limits do not allow it.
    case leadingSpace(offset: Int)
    /// A key that its object has already; the offset is that of the second.
    case duplicateKey(String, offset: Int)
    /// A value inside more arrays and objects than the limits allow.
    case tooDeep(limit: Int, offset: Int)
    /// A string that is no well-formed UTF-8; the offset is that of the first bad byte.
    case invalidUTF8(offset: Int)
    /// A control character that stands in a string as it is.
    case controlCharacter(UInt8, offset: Int)
    /// A backslash with something behind it that is no escape.
    case invalidEscape(offset: Int)
    /// Half of a surrogate pair.
    case loneSurrogate(offset: Int)
    /// A number that no double can hold.
    case numberOutOfRange(offset: Int)
    /// Something other than white space behind the value.
    case trailingBytes(offset: Int)

    /// What is wrong and where.
    public var description: String {
        switch self {
        case .unexpectedByte(let byte, let expected, let offset):
            "unexpected byte \(JSONError.hex(byte)) at byte \(offset), where \(expected) should stand"
        case .unexpectedEnd(let expected, let offset): "the text ends at byte \(offset), where \(expected) should stand"
        case .leadingSpace(let offset): "white space before the value at byte \(offset)"
        case .duplicateKey(let key, let offset): "the key \(JSONError.shown(key)) stands twice, again at byte \(offset)"
        case .tooDeep(let limit, let offset): "nested more than \(limit) deep at byte \(offset)"
        case .invalidUTF8(let offset): "no valid UTF-8 at byte \(offset)"
        case .controlCharacter(let byte, let offset): "control character \(JSONError.hex(byte)) in a string at byte \(offset)"
        case .invalidEscape(let offset): "no valid escape at byte \(offset)"
        case .loneSurrogate(let offset): "half of a surrogate pair at byte \(offset)"
        case .numberOutOfRange(let offset): "a number out of range at byte \(offset)"
        case .trailingBytes(let offset): "bytes behind the value at byte \(offset)"
        }
    }

    private static func hex(_ byte: UInt8) -> String { "0x" + (byte < 16 ? "0" : "") + String(byte, radix: 16) }

    /// A key from a file as it may be printed: quoted, escaped, not endless.
    private static func shown(_ key: String) -> String {
        let start = String(key.unicodeScalars.prefix(80))
        return JSONValue.string(start.utf8.count < key.utf8.count ? start + "…" : start).text()
    }
}
