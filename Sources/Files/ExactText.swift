import Glibc

/// A string that equals another only if all bytes do: Swift considers `é` as one scalar and as two equal, Python does not.
public struct ExactText: Hashable, Sendable {
    /// The wrapped string.
    public let text: String

    /// Wraps a string.
    public init(_ text: String) { self.text = text }

    /// Whether all bytes are equal.
    public static func == (left: ExactText, right: ExactText) -> Bool { left.text.hasBytes(of: right.text) }

    /// Hashes the bytes.
    public func hash(into hasher: inout Hasher) {
        var text = text
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
}

extension String {
    /// Whether all bytes are equal.
    fileprivate func hasBytes(of other: String) -> Bool {
        guard utf8.count == other.utf8.count else { return false }
        var (left, right) = (self, other)
        return left.withUTF8 { one in
            right.withUTF8 { two in
                guard let first = one.baseAddress, let second = two.baseAddress else { return true }
                return memcmp(first, second, one.count) == 0
            }
        }
    }
}
