/// What can be wrong with JSON text. Offsets are in bytes from the start of the text.
package enum JSONError: Error, Sendable, Equatable, CustomStringConvertible {
    /// A byte that the grammar does not allow at this point.
    case unexpectedByte(UInt8, expected: String, offset: Int)
    /// The text ends in the middle of a value.
    case unexpectedEnd(expected: String, offset: Int)
    /// White space before the value, which the limits do not allow.
    case leadingSpace(offset: Int)
    /// A key that its object already has; the offset is that of the second one.
    case duplicateKey(String, offset: Int)
    /// A value inside more arrays and objects than the limits allow.
    case tooDeep(limit: Int, offset: Int)
    /// A string that is not well-formed UTF-8; the offset is that of the first bad byte.
    case invalidUTF8(offset: Int)
    /// A control character inside a string that is not escaped.
    case controlCharacter(UInt8, offset: Int)
    /// A backslash that does not begin a valid escape.
    case invalidEscape(offset: Int)
    /// A surrogate without its other half.
    case loneSurrogate(offset: Int)
    /// A number outside the range of a double.
    case numberOutOfRange(offset: Int)
    /// Something other than white space after the value.
    case trailingBytes(offset: Int)

    /// The error and its offset, in one line.
    package var description: String {
        switch self {
        case .unexpectedByte(let byte, let expected, let offset):
            "unexpected byte \(JSONError.hex(byte)) at byte \(offset), expected \(expected)"
        case .unexpectedEnd(let expected, let offset): "the text ends at byte \(offset), expected \(expected)"
        case .leadingSpace(let offset): "white space before the value at byte \(offset)"
        case .duplicateKey(let key, let offset): "the key \(JSONError.shown(key)) is repeated at byte \(offset)"
        case .tooDeep(let limit, let offset): "nested more than \(limit) deep at byte \(offset)"
        case .invalidUTF8(let offset): "invalid UTF-8 at byte \(offset)"
        case .controlCharacter(let byte, let offset): "control character \(JSONError.hex(byte)) in a string at byte \(offset)"
        case .invalidEscape(let offset): "invalid escape at byte \(offset)"
        case .loneSurrogate(let offset): "half of a surrogate pair at byte \(offset)"
        case .numberOutOfRange(let offset): "a number out of range at byte \(offset)"
        case .trailingBytes(let offset): "unexpected bytes after the value at byte \(offset)"
        }
    }

    private static func hex(_ byte: UInt8) -> String { "0x" + (byte < 16 ? "0" : "") + String(byte, radix: 16) }

    /// A key from a file, made safe to print: quoted, escaped and cut to 80 characters.
    private static func shown(_ key: String) -> String {
        let start = String(key.unicodeScalars.prefix(80))
        return JSONValue.string(start.utf8.count < key.utf8.count ? start + "…" : start).text()
    }
}
