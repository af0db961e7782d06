/// An error that says what is wrong and what to do about it, in one line.
///
/// Each room has one typed enum of these; the message is built here and nowhere else.
public protocol DescribedError: Error, Sendable, CustomStringConvertible {
    /// What is wrong: file, entry and offset where they are known. No full stop.
    var problem: String { get }
    /// What the user can do. No full stop.
    var remedy: String { get }
    /// What a caller could decide otherwise, most likely first; a program says beside the remedy how that is done there.
    var decisions: [Decision] { get }
}

extension DescribedError {
    /// Nothing that a caller decides.
    public var decisions: [Decision] { [] }

    /// `problem; remedy`, the line that the command prints; names in it cannot break it.
    public var description: String { PrintedText.oneLine("\(problem); \(remedy)") }
}

extension DescribedError {
    /// The line of `description` after a word such as `convert: `, broken for a terminal of `columns`: before the remedy, in it after
    /// commas and semicolons, and after semicolons of the problem. Names are never broken, so that a line may still be longer.
    public func lines(after start: String, columns: Int = 100) -> [String] {
        let whole = start + description
        guard whole.count > columns else { return [whole] }
        var lines: [String] = []
        var line = start
        func add(_ part: String, isNew: Bool) {
            if isNew || line.count + part.count > columns, line != start, line != " " {
                lines.append(line)
                line = " "
            }
            line += line == start ? part : " " + part
        }
        // Phrases of the problem stay whole between semicolons.
        for part in PrintedText.oneLine("\(problem);").splitAfter(";") { add(part, isNew: false) }
        for (index, part) in PrintedText.oneLine(remedy).splitAfter(",;:").enumerated() { add(part, isNew: index == 0) }
        return lines + [line]
    }
}

extension String {
    /// The text cut after each of these characters that a space follows.
    fileprivate func splitAfter(_ pauses: String) -> [String] {
        var parts: [String] = []
        var part = ""
        for word in split(separator: " ") {
            part += part.isEmpty ? String(word) : " " + word
            if let last = word.last, pauses.contains(last) {
                parts.append(part)
                part = ""
            }
        }
        return part.isEmpty ? parts : parts + [part]
    }
}

/// An error with more to say than fits a message: what `--verbose` prints after it.
public protocol ListedError: DescribedError {
    /// Lines, without an end.
    var listing: [String] { get }
}
