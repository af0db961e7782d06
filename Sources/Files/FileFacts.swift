/// A property of the container, such as its version.
public struct FileFact: Sendable {
    /// What the fact is about.
    public let name: String
    /// Its value, in words.
    public let text: String

    /// The name of facts that every user of the file should see.
    public static let warning = "warning"

    /// Creates a fact.
    public init(name: String, text: String) {
        self.name = name
        self.text = text
    }
}

/// A checksum comparison for one entry.
public struct FileCheck: Sendable {
    /// The entry's name.
    public let name: String
    /// Throws if the bytes do not match.
    public let run: @Sendable () throws -> Void

    /// Creates a comparison.
    public init(name: String, run: @escaping @Sendable () throws -> Void) {
        self.name = name
        self.run = run
    }
}
