import ConvertFiles

/// What can be wrong with the arguments.
package enum UsageError: DescribedError, Equatable {
    /// A first word that is neither a command nor a file.
    case unknownCommand(String, near: [String], all: [String])
    /// A command after options.
    case optionsBeforeCommand(String)
    /// - elsewhere: commands that have an option of this name.
    case unknownOption(String, command: String, near: [String], elsewhere: [String])
    case missingValue(option: String)
    case unexpectedValue(option: String)
    case missingArgument(String, command: String)
    case surplusArgument(String, command: String)
    case optionTwice(String)
    case conflict(String, String)
    case needs(String, String)
    case badValue(option: String, value: String, expected: String, near: [String])
    /// An operand that is not one of the words that a command takes.
    case badWord(String, command: String, expected: String, near: [String])
    /// A name that neither a family nor one of its networks has.
    case unknownFamily(String, known: [String], near: [String])
    /// The option is known, and means nothing for what is asked.
    case noEffect(String, reason: String)
    /// The output is a folder, and a file is needed.
    case outputIsFolder(String, example: String)
    /// An ending that this command does not write.
    case outputEnding(String, known: [String])
    /// `-` for a file that is read at many offsets.
    case standardStream(String)

    /// What is wrong.
    package var problem: String {
        switch self {
        case .unknownCommand(let name, _, _): "unknown command: \(name) is neither a command nor a file"
        case .optionsBeforeCommand(let name): "\(name) comes after options"
        case .unknownOption(let name, let command, _, _): "\(name) is not an option of \(command)"
        case .missingValue(let option): "\(option) needs a value"
        case .unexpectedValue(let option): "\(option) takes no value"
        case .missingArgument(let name, let command): "\(command) needs \(name)"
        case .surplusArgument(let text, let command): "\(command) takes no further argument \(text)"
        case .optionTwice(let option): "\(option) is given twice"
        case .conflict(let first, let second): "\(first) and \(second) exclude each other"
        case .needs(let option, let other): "\(option) needs \(other)"
        case .badValue(let option, let value, let expected, _): "\(option) is \(value), it takes \(expected)"
        case .badWord(let word, let command, let expected, _): "\(command) takes \(expected), not \(word)"
        case .unknownFamily(let name, let known, _):
            "there is no family or network called \(name); known families: \(known.joined(separator: ", "))"
        case .noEffect(let option, let reason): "\(option) has no effect here: \(reason)"
        case .outputIsFolder(let path, _): "\(path): is a folder"
        case .outputEnding(let path, let known):
            PathText.ending(path).isEmpty
                ? "\(path): has no ending that says what to write"
                : "\(path): .\(PathText.ending(path)) is not written here; \(known.joined(separator: " ")) are"
        case .standardStream(let name): "\(name) cannot be read from the standard input"
        }
    }

    /// What to do about it.
    package var remedy: String { remedy(help: "see the help") }

    /// What to do about it.
    /// - Parameter help: where to read more, such as `see convert run --help`.
    package func remedy(help: String) -> String {
        switch self {
        case .unknownCommand(_, let near, let all):
            return near.isEmpty ? "the commands are \(all.joined(separator: ", "))" : "did you mean \(Words.alternatives(near))? \(help)"
        case .optionsBeforeCommand(let name): return "type \(name) first, and its options after it"
        case .unknownOption(let name, _, let near, let elsewhere):
            if !elsewhere.isEmpty {
                // A beginning of a name is more likely to be meant than the same name elsewhere.
                let begun = near.filter { $0.hasPrefix(name) }
                return (begun.isEmpty ? "" : "did you mean \(Words.alternatives(begun))? ") + "it is one of "
                    + "\(elsewhere.joined(separator: ", ")); \(help)"
            }
            return (near.isEmpty ? "" : "did you mean \(Words.alternatives(near))? ") + help
        case .badValue(_, _, _, let near), .badWord(_, _, _, let near), .unknownFamily(_, _, let near):
            return (near.isEmpty ? "" : "did you mean \(Words.alternatives(near))? ") + help
        case .noEffect: return "leave it out; \(help)"
        case .outputIsFolder(_, let example): return "name a file in it, such as \(example)"
        case .outputEnding(_, let known): return "name it with one of \(known.joined(separator: " "))"
        case .standardStream: return "save it to a file first, because it is read at many offsets"
        default: return help
        }
    }
}
