/// What can be wrong with JSON text. Offsets are bytes from its beginning.
public enum JSONError: Error, Sendable, Equatable, CustomStringConvertible {
    case unexpected(String, offset: Int)
    case duplicateKey(String, offset: Int)
    case tooDeep(limit: Int, offset: Int)
    case invalidText(offset: Int)
    case trailingBytes(offset: Int)

    /// What is wrong and where.
    public var description: String {
        switch self {
        case .unexpected(let what, let offset): "\(what) at byte \(offset)"
        case .duplicateKey(let key, let offset): "the key \"\(key)\" stands twice, again at byte \(offset)"
        case .tooDeep(let limit, let offset): "nested more than \(limit) deep at byte \(offset)"
        case .invalidText(let offset): "text that is no valid UTF-8 or escape at byte \(offset)"
        case .trailingBytes(let offset): "bytes behind the value at byte \(offset)"
        }
    }
}
