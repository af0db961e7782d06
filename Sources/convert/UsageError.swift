import Files

/// What can be wrong with the arguments.
enum UsageError: DescribedError, Equatable {
    case unknownCommand(String)
    case unknownOption(String, command: String)
    case missingValue(option: String)
    case unexpectedValue(option: String)
    case missingArgument(String, command: String)
    case surplusArgument(String, command: String)
    case optionTwice(String)
    case conflict(String, String)
    case needs(String, String)
    case badValue(option: String, value: String, expected: String)
    /// The option is known, and means nothing for what is asked.
    case noEffect(String, reason: String)
    /// The output is a folder where a file is wanted.
    case outputIsFolder(String, example: String)
    /// An ending that this command does not write.
    case outputEnding(String, known: [String])
    /// `-` where a file is needed that can be read at any place.
    case standardStream(String)

    var problem: String {
        switch self {
        case .unknownCommand(let name): "unknown command: \(name) is neither a command nor a file"
        case .unknownOption(let name, let command): "\(name) is not an option of \(command)"
        case .missingValue(let option): "\(option) needs a value"
        case .unexpectedValue(let option): "\(option) takes no value"
        case .missingArgument(let name, let command): "\(command) needs \(name)"
        case .surplusArgument(let text, let command): "\(command) takes no further argument \(text)"
        case .optionTwice(let option): "\(option) is given twice"
        case .conflict(let first, let second): "\(first) and \(second) exclude each other"
        case .needs(let option, let other): "\(option) needs \(other)"
        case .badValue(let option, let value, let expected): "\(option) is \(value), it takes \(expected)"
        case .noEffect(let option, let reason): "\(option) has no effect here: \(reason)"
        case .outputIsFolder(let path, _): "\(path): is a folder"
        case .outputEnding(let path, let known):
            PathText.ending(path).isEmpty
                ? "\(path): has no ending that says what to write"
                : "\(path): .\(PathText.ending(path)) is not written here; \(known.joined(separator: " ")) are"
        case .standardStream(let name): "\(name) cannot be read from the standard input"
        }
    }

    var remedy: String { remedy(command: nil) }

    /// What to do about it.
    /// - Parameter command: the command that the arguments are for, whose help is then named; nil for the general one.
    func remedy(command: String?) -> String {
        let help = "see convert \(command.map { "\($0) " } ?? "")--help"
        switch self {
        case .unknownCommand(let name):
            let near = Suggestion.synonyms[name.lowercased()].map { [$0] } ?? Suggestion.nearest(name, among: Command.all.map(\.name))
            let all = Command.all.map(\.name).joined(separator: ", ")
            return near.isEmpty ? "the commands are \(all)" : "did you mean \(near.joined(separator: " or "))? See convert --help"
        case .unknownOption(let name, let command):
            return UsageError.likely(option: name, of: command) + "see convert \(command) --help"
        case .missingArgument(_, let command), .surplusArgument(_, let command):
            return Command.named(command) == nil ? "see convert --help" : "see convert \(command) --help"
        case .noEffect: return "leave it out; \(help)"
        case .outputIsFolder(_, let example): return "name a file in it, such as \(example)"
        case .outputEnding(_, let known): return "name it with one of \(known.joined(separator: " "))"
        case .standardStream: return "save it to a file first, because it is read at many places"
        default: return help
        }
    }

    /// The option that was probably meant, or the commands that have one of this name; empty where nothing is near.
    private static func likely(option name: String, of command: String) -> String {
        let near = Suggestion.nearest(name, among: Command.named(command)?.table.names ?? [])
        let others = Command.all.filter { $0.table.names.contains(name) }.map(\.name)
        if !others.isEmpty { return "it is one of \(others.joined(separator: ", ")); " }
        return near.isEmpty ? "" : "did you mean \(near.joined(separator: " or "))? "
    }
}
