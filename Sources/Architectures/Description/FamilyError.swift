import ConvertFiles
import ConvertIR

/// What is wrong with the description of a family; each case names the file and the line.
package enum FamilyError: DescribedError, Equatable {
    /// The grammar wants `expected`, and something else was found.
    case unexpected(file: String, line: Int, expected: String, found: String)
    /// The line says `problem`, which no grammar forbids but which makes no sense.
    case senseless(file: String, line: Int, problem: String, remedy: String)
    /// No variable has this name.
    case unknownVariable(file: String, line: Int, name: String)
    /// No value with this name is given before the line.
    case unknownValue(file: String, line: Int, name: String)
    /// No definition has this name, or it takes another number of words.
    case unknownDefinition(file: String, line: Int, name: String, count: Int, known: [String])
    /// A block is not closed by `end`.
    case noEnd(file: String, line: Int, word: String)
    /// A limit that keeps a description from running without end.
    case tooMuch(file: String, line: Int, what: String, limit: Int)
    /// The description needs a line that it does not have.
    case missingLine(file: String, word: String)
    /// The file has no bytes.
    case empty(file: String)
    /// The line is not UTF-8.
    case notText(file: String, line: Int)

    /// What is wrong, for people.
    package var problem: String {
        switch self {
        case .unexpected(let file, let line, let expected, let found): "\(file), line \(line): expected \(expected), found \(found)"
        case .senseless(let file, let line, let problem, _): "\(file), line \(line): \(problem)"
        case .unknownVariable(let file, let line, let name): "\(file), line \(line): no line above defines the variable \(name)"
        case .unknownValue(let file, let line, let name): "\(file), line \(line): no line above gives the value \(name)"
        case .unknownDefinition(let file, let line, let name, let count, let known):
            "\(file), line \(line): no definition \(name) takes \(count) \(count == 1 ? "word" : "words"); "
                + (known.isEmpty ? "nothing is defined" : "defined: \(known.joined(separator: ", "))")
        case .noEnd(let file, let line, let word): "\(file), line \(line): \"\(word)\" has no \"end\""
        case .tooMuch(let file, let line, let what, let limit): "\(file), line \(line): more than \(limit) \(what)"
        case .missingLine(let file, let word): "\(file): there is no line that begins with \"\(word)\""
        case .empty(let file): "\(file): the description is empty"
        case .notText(let file, let line): "\(file), line \(line): this is not UTF-8 text"
        }
    }

    /// What to do about it.
    package var remedy: String {
        switch self {
        case .senseless(_, _, _, let remedy): remedy
        case .unexpected, .unknownVariable, .unknownValue, .unknownDefinition, .noEnd, .missingLine:
            "correct the description; docs/families.md has the grammar, and every built-in family can be printed as an example"
        case .tooMuch: "this limit is far above any real network; shorten or split the line"
        case .empty: "write it (docs/families.md teaches how), or begin with a built-in one, which can be printed"
        case .notText: "save the file as UTF-8"
        }
    }
}
