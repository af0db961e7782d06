/// An error that says what is wrong and what to do about it, in one line.
///
/// Each module has one enum of these; messages are built here and nowhere else.
public protocol DescribedError: Error, Sendable, CustomStringConvertible {
    /// What is wrong, with file, entry and offset if they are known. No trailing period.
    var problem: String { get }
    /// What the user can do about it. No trailing period, and no command-line option: see `decisions`.
    var remedy: String { get }
    /// What a caller could decide differently, most likely first; a program adds how to do that there, such as an option.
    var decisions: [Decision] { get }
}

extension DescribedError {
    /// By default there is nothing for a caller to decide.
    public var decisions: [Decision] { [] }

    /// `problem; remedy` in one line, which names from a file cannot break.
    public var description: String { PrintedText.oneLine("\(problem); \(remedy)") }
}

extension DescribedError {
    /// `description` after a prefix such as `convert: `, broken into lines for a terminal of `columns` characters: before the remedy,
    /// within it after commas and semicolons, and after semicolons of the problem. Names are never broken, so a line may still be longer.
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
        // The problem is broken only after semicolons.
        for part in PrintedText.oneLine("\(problem);").splitAfter(";") { add(part, isNew: false) }
        for (index, part) in PrintedText.oneLine(remedy).splitAfter(",;:").enumerated() { add(part, isNew: index == 0) }
        return lines + [line]
    }
}

extension String {
    /// The text, split after each of these characters that is followed by a space.
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

/// An error with more details than fit a message; a program may print them on request.
public protocol ListedError: DescribedError {
    /// The details, one per line, without line ends.
    var listing: [String] { get }
}
