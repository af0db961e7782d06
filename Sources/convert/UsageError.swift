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
    case noCommandAndNoFile(String)

    var problem: String {
        switch self {
        case .unknownCommand(let name): "\(name) is no command"
        case .unknownOption(let name, let command): "\(name) is no option of \(command)"
        case .missingValue(let option): "\(option) needs a value"
        case .unexpectedValue(let option): "\(option) takes no value"
        case .missingArgument(let name, let command): "\(command) needs \(name)"
        case .surplusArgument(let text, let command): "\(command) takes no further argument \(text)"
        case .optionTwice(let option): "\(option) is given twice"
        case .conflict(let first, let second): "\(first) and \(second) exclude each other"
        case .needs(let option, let other): "\(option) needs \(other)"
        case .badValue(let option, let value, let expected): "\(option) is \(value), it takes \(expected)"
        case .noCommandAndNoFile(let name): "\(name) is no command and no file"
        }
    }

    var remedy: String {
        switch self {
        case .unknownCommand: "see convert --help"
        case .unknownOption(_, let command), .missingArgument(_, let command), .surplusArgument(_, let command):
            "see convert \(command) --help"
        default: "see convert --help"
        }
    }
}
