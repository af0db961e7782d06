/// The options of one command, declared once.
struct OptionTable {
    /// Options without a value.
    var flags: Set<String> = []
    /// Options with one value.
    var single: Set<String> = []
    /// Options whose values add up.
    var repeated: Set<String> = []
    /// Short spellings, such as `-o`.
    var short: [String: String] = [:]
}

/// Arguments sorted by a table. `--name value` and `--name=value` are the same; behind `--` everything is an operand.
struct ParsedArguments {
    private(set) var operands: [String] = []
    private var flags: Set<String> = []
    private var values: [String: [String]] = [:]

    init(_ arguments: [String], table: OptionTable, command: String) throws(UsageError) {
        var index = 0
        var onlyOperands = false
        while index < arguments.count {
            let argument = arguments[index]
            index += 1
            if onlyOperands || argument == "-" || !argument.hasPrefix("-") {
                operands.append(argument)
                continue
            }
            if argument == "--" {
                onlyOperands = true
                continue
            }
            var name = argument
            var value: String?
            if argument.hasPrefix("--"), let equals = argument.firstIndex(of: "=") {
                name = String(argument[..<equals])
                value = String(argument[argument.index(after: equals)...])
            }
            name = table.short[name] ?? name
            if table.flags.contains(name) {
                if value != nil { throw .unexpectedValue(option: name) }
                flags.insert(name)
            } else if table.single.contains(name) || table.repeated.contains(name) {
                if value == nil, index < arguments.count {
                    value = arguments[index]
                    index += 1
                }
                guard let value, !value.isEmpty else { throw .missingValue(option: name) }
                if table.single.contains(name), values[name] != nil { throw .optionTwice(name) }
                values[name, default: []].append(value)
            } else {
                throw .unknownOption(name, command: command)
            }
        }
    }

    func has(_ flag: String) -> Bool { flags.contains(flag) }
    func value(_ option: String) -> String? { values[option]?.first }
    func all(_ option: String) -> [String] { values[option] ?? [] }

    /// The one operand that a command takes.
    func onlyOperand(named name: String, command: String) throws(UsageError) -> String {
        guard let first = operands.first else { throw .missingArgument(name, command: command) }
        if operands.count > 1 { throw .surplusArgument(operands[1], command: command) }
        return first
    }
}
