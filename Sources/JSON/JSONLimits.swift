/// Limits on what a parser accepts, and its extensions of RFC 8259.
package struct JSONLimits: Sendable, Equatable {
    /// The largest `depth` that is honored: the parser recurses, and its stack is finite.
    package static let greatestDepth = 1024

    /// How many arrays and objects a value may be nested in.
    package let depth: Int
    /// Whether white space before the value is accepted. White space after it always is.
    package let allowsLeadingSpace: Bool
    /// Whether `NaN`, `Infinity` and `-Infinity`, which Python's `json` writes, are accepted as numbers.
    package let acceptsPythonNumbers: Bool

    /// Creates limits; a `depth` outside 0…`greatestDepth` is clamped.
    package init(depth: Int = 128, allowsLeadingSpace: Bool = false, acceptsPythonNumbers: Bool = false) {
        self.depth = min(max(depth, 0), JSONLimits.greatestDepth)
        self.allowsLeadingSpace = allowsLeadingSpace
        self.acceptsPythonNumbers = acceptsPythonNumbers
    }
}
