/// An error that says what is wrong and what to do about it, in one line.
///
/// Each room has one typed enum of these; the message is built here and nowhere else.
public protocol DescribedError: Error, Sendable, CustomStringConvertible {
    /// What is wrong: file, entry and offset where they are known. No full stop.
    var problem: String { get }
    /// What the user can do. No full stop.
    var remedy: String { get }
}

extension DescribedError {
    /// `problem; remedy`, the line that the command prints; names in it cannot break it.
    public var description: String { PrintedText.oneLine("\(problem); \(remedy)") }
}

/// An error with more to say than fits a message: what `--verbose` prints after it.
public protocol ListedError: DescribedError {
    /// Lines, without an end.
    var listing: [String] { get }
}
