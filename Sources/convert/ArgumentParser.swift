/// The options of one command, declared once.
struct OptionTable {
    /// Options without a value.
    var flags: Set<String> = []
    /// Options with one value.
    var single: Set<String> = []
    /// Options whose values add up.
    var repeated: Set<String> = []
    /// Options that may stand alone or have a value behind `=`.
    var optional: Set<String> = []
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
            } else if table.optional.contains(name) {
                if values[name] != nil { throw .optionTwice(name) }
                values[name] = [value ?? ""]
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

    /// Every option that was given.
    var given: Set<String> { flags.union(values.keys) }

    /// The same with these operands, and of the options only these: what another command is to be given.
    func keeping(_ options: Set<String>, operands: [String]) -> ParsedArguments {
        var kept = self
        kept.operands = operands
        kept.flags.formIntersection(options)
        kept.values = values.filter { options.contains($0.key) }
        return kept
    }

    func has(_ flag: String) -> Bool { flags.contains(flag) }
    func value(_ option: String) -> String? { values[option]?.first }
    /// The value of an option that may stand alone: empty where it does, nil where it is not given.
    func optionalValue(_ option: String) -> String? { values[option]?.first }

    /// One of the cases of a type.
    func choice<Choice: RawRepresentable & CaseIterable>(
        _ option: String, as type: Choice.Type = Choice.self
    ) throws(UsageError) -> Choice? where Choice.RawValue == String {
        guard let text = value(option) else { return nil }
        guard let choice = Choice(rawValue: text) else {
            throw .badValue(option: option, value: text, expected: Choice.allCases.map(\.rawValue).joined(separator: ", "))
        }
        return choice
    }

    /// A whole number within bounds.
    func integer(_ option: String, in bounds: ClosedRange<Int>) throws(UsageError) -> Int? {
        guard let text = value(option) else { return nil }
        guard let number = Int(text), bounds ~= number else {
            let isBounded = bounds != Int.min...Int.max
            throw .badValue(
                option: option, value: text,
                expected: isBounded ? "a whole number from \(bounds.lowerBound) to \(bounds.upperBound)" : "a whole number")
        }
        return number
    }

    /// A finite number.
    func number(_ option: String, isPositive: Bool = false) throws(UsageError) -> Double? {
        guard let text = value(option) else { return nil }
        guard let number = Double(text), number.isFinite, !isPositive || number > 0 else {
            throw .badValue(option: option, value: text, expected: isPositive ? "a number above 0" : "a number")
        }
        return number
    }

    func all(_ option: String) -> [String] { values[option] ?? [] }

    /// The one operand that a command takes.
    func onlyOperand(named name: String, command: String) throws(UsageError) -> String {
        guard let first = operands.first else { throw .missingArgument(name, command: command) }
        if operands.count > 1 { throw .surplusArgument(operands[1], command: command) }
        return first
    }
}
