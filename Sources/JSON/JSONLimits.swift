/// What a parser accepts beyond, and within, RFC 8259.
public struct JSONLimits: Sendable, Equatable {
    /// No depth above this is honored: the parser recurses, and its stack is finite.
    public static let greatestDepth = 1024

    /// How many arrays and objects may stand around a value.
    public let depth: Int
    /// White space before the value is accepted. White space behind it always is.
    public let allowsLeadingSpace: Bool
    /// `NaN`, `Infinity` and `-Infinity`, which Python's `json` writes, are accepted as numbers.
    public let acceptsPythonNumbers: Bool

    /// Limits; a `depth` outside 0…`greatestDepth` is moved to the nearer end.
    public init(depth: Int = 128, allowsLeadingSpace: Bool = false, acceptsPythonNumbers: Bool = false) {
        self.depth = min(max(depth, 0), JSONLimits.greatestDepth)
        self.allowsLeadingSpace = allowsLeadingSpace
        self.acceptsPythonNumbers = acceptsPythonNumbers
    }
}
