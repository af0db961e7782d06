/// A string that equals another only if all bytes do: Swift considers `é` as one scalar and as two equal, Python does not.
public struct ExactText: Hashable, Sendable {
    /// The wrapped string.
    public let text: String

    /// Wraps a string.
    public init(_ text: String) { self.text = text }

    /// Whether all bytes are equal.
    public static func == (left: ExactText, right: ExactText) -> Bool { left.text.utf8.elementsEqual(right.text.utf8) }

    /// Hashes the bytes.
    public func hash(into hasher: inout Hasher) {
        for byte in text.utf8 { hasher.combine(byte) }
    }
}
