/// Something that the caller of a library decides, named where the decision would have prevented an error.
///
/// A remedy says in words what to decide; a program adds how it is said there, such as the option of a command line. Each module names its own
/// decisions in an extension.
public struct Decision: Hashable, Sendable {
    /// What programs know it by.
    public let name: String
    /// The decision as the subject of a sentence, such as "folding batch normalization" before "needs a network".
    public let words: String
    /// A value that is known to fit, as text; nil if none is.
    public let value: String?

    /// - Parameters:
    ///   - name: what programs know it by.
    ///   - words: the subject of a sentence.
    ///   - value: a value that is known to fit.
    public init(_ name: String, _ words: String, value: String? = nil) {
        self.name = name
        self.words = words
        self.value = value
    }
}

extension Decision {
    /// Whether an existing output may be replaced.
    public static let replace = Decision("replace", "replacing the output")
    /// What is left out of the output in any case.
    public static let drop = Decision("drop", "leaving values out")
    /// The folder of records that are kept from one run to the next.
    public static let cache = Decision("cache", "choosing a folder of records")
    /// That such records are removed.
    public static let clearCache = Decision("clearCache", "removing records")
}
