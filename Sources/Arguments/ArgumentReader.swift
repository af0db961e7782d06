/// Sorts arguments into operands and options, without looking at values.
struct ArgumentReader {
    private var arguments: [String]
    private let command: Command
    private var index = 0
    private(set) var operands: [String] = []
    /// Options in the order in which they were first given; a text for each time, nil for a flag.
    private(set) var given: [(option: any Declared, texts: [String?])] = []

    init(_ arguments: [String], command: Command) {
        self.arguments = arguments
        self.command = command
    }

    mutating func read() throws(UsageError) {
        var onlyOperands = false
        while index < arguments.count {
            let argument = arguments[index]
            index += 1
            if onlyOperands || argument == "-" || !argument.hasPrefix("-") {
                operands.append(argument)
            } else if argument == "--" {
                onlyOperands = true
            } else {
                try readOption(argument)
            }
        }
    }

    private mutating func readOption(_ argument: String) throws(UsageError) {
        var name = argument
        var value: String?
        if argument.hasPrefix("--"), let equals = argument.firstIndex(of: "=") {
            name = String(argument[..<equals])
            value = String(argument[argument.index(after: equals)...])
        }
        guard let option = option(name) else {
            if let parts = unpacked(argument) {
                arguments.replaceSubrange(index - 1..<index, with: parts)
                index -= 1
                return
            }
            throw .unknownOption(
                name, command: command.name, near: Suggestion.nearest(name, among: command.options.map(\.declaration.name)),
                elsewhere: [])
        }
        let declaration = option.declaration
        switch declaration.form {
        case .flag:
            if value != nil { throw .unexpectedValue(option: declaration.name) }
            // A flag that is given twice says what it says.
            if !given.contains(where: { $0.option.declaration.name == declaration.name }) { given.append((option, [nil])) }
        case .optionalValue: try add(option, value ?? "")
        case .value:
            // An option in the position of a value is one whose value was forgotten; `--name=--value` says that it is meant.
            if value == nil, index < arguments.count, self.option(arguments[index]) == nil {
                value = arguments[index]
                index += 1
            }
            guard let value, !value.isEmpty else { throw .missingValue(option: declaration.name) }
            try add(option, value)
        }
    }

    private mutating func add(_ option: any Declared, _ text: String) throws(UsageError) {
        let name = option.declaration.name
        if let known = given.firstIndex(where: { $0.option.declaration.name == name }) {
            guard option.declaration.isRepeatable else { throw .optionTwice(name) }
            given[known].texts.append(text)
        } else {
            given.append((option, [text]))
        }
    }

    private func option(_ name: String) -> (any Declared)? {
        if name.hasPrefix("--") { return command.option(name) }
        guard name.count == 2, name.hasPrefix("-"), let letter = name.last else { return nil }
        return command.option(letter)
    }

    /// `-oFILE` and `-qf` taken apart as other programs take them: a short option with its value attached, or several short flags.
    /// Nil if the argument is neither.
    private func unpacked(_ argument: String) -> [String]? {
        let letters = argument.dropFirst()
        guard !argument.hasPrefix("--"), letters.count > 1, let first = letters.first else { return nil }
        if let option = command.option(first), case .value = option.declaration.form {
            return ["-\(first)", String(letters.dropFirst())]
        }
        return letters.allSatisfy { command.option($0).map { $0.declaration.form == .flag } ?? false } ? letters.map { "-\($0)" } : nil
    }
}
