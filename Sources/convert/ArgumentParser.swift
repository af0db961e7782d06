import Synchronization

/// The options of one command, declared once.
struct OptionTable: Sendable {
    /// Options without a value.
    var flags: Set<String> = []
    /// Options with one value.
    var single: Set<String> = []
    /// Options whose values add up.
    var repeated: Set<String> = []
    /// Options that may stand alone or have a value after `=`.
    var optional: Set<String> = []
    /// Short spellings, such as `-o`.
    var short: [String: String] = [:]

    /// Every option by its long name.
    var names: Set<String> { flags.union(single).union(repeated).union(optional) }

    /// `-oFILE` and `-qf` taken apart as other programs take them: a short option with its value attached, or several short flags.
    /// Nil where the argument is neither.
    fileprivate func unpacked(_ argument: String) -> [String]? {
        let letters = argument.dropFirst()
        guard !argument.hasPrefix("--"), letters.count > 1, let first = letters.first else { return nil }
        if let name = short["-\(first)"], single.contains(name) || repeated.contains(name) {
            return ["-\(first)", String(letters.dropFirst())]
        }
        let each = letters.map { "-\($0)" }
        return each.allSatisfy { short[$0].map { flags.contains($0) } ?? false } ? each : nil
    }
}

/// Arguments sorted by a table. `--name value` and `--name=value` are the same; after `--` everything is an operand.
///
/// It remembers which options were asked for. What was given and never asked for would have no effect, and `finish` refuses it, so that a
/// command cannot ignore an option by forgetting it.
struct ParsedArguments: Sendable {
    private(set) var operands: [String] = []
    private var flags: Set<String> = []
    private var values: [String: [String]] = [:]
    private let asked = AskedOptions()

    /// Names that were asked for, shared by all copies.
    private final class AskedOptions: Sendable {
        private let names = Mutex<Set<String>>([])
        func insert(_ name: String) { names.withLock { _ = $0.insert(name) } }
        func contains(_ name: String) -> Bool { names.withLock { $0.contains(name) } }
    }

    init(_ arguments: [String], table: OptionTable, command: String) throws(UsageError) {
        var arguments = arguments
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
                // An option in the place of a value is one that was forgotten; `--name=--value` says that it is meant.
                if value == nil, index < arguments.count, !table.names.contains(arguments[index]), table.short[arguments[index]] == nil {
                    value = arguments[index]
                    index += 1
                }
                guard let value, !value.isEmpty else { throw .missingValue(option: name) }
                if table.single.contains(name), values[name] != nil { throw .optionTwice(name) }
                values[name, default: []].append(value)
            } else if let parts = table.unpacked(argument) {
                arguments.replaceSubrange(index - 1..<index, with: parts)
                index -= 1
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

    func has(_ flag: String) -> Bool {
        asked.insert(flag)
        return flags.contains(flag)
    }

    func value(_ option: String) -> String? {
        asked.insert(option)
        return values[option]?.first
    }

    /// The value of an option that may stand alone: empty where it does, nil where it is not given.
    func optionalValue(_ option: String) -> String? { value(option) }

    func all(_ option: String) -> [String] {
        asked.insert(option)
        return values[option] ?? []
    }

    /// One of the cases of a type.
    /// - Parameter aliases: other spellings that people use, and the case that each stands for.
    func choice<Choice: RawRepresentable & CaseIterable>(
        _ option: String, as type: Choice.Type = Choice.self, aliases: [String: String] = [:]
    ) throws(UsageError) -> Choice? where Choice.RawValue == String {
        guard let text = value(option) else { return nil }
        guard let choice = Choice(rawValue: aliases[text] ?? text) else {
            throw .badValue(option: option, value: text, expected: Choice.allCases.map(\.rawValue).joined(separator: ", "))
        }
        return choice
    }

    /// A whole number within bounds.
    func integer(_ option: String, in bounds: ClosedRange<Int>) throws(UsageError) -> Int? {
        guard let text = value(option) else { return nil }
        guard let number = Int(text), bounds ~= number else {
            throw .badValue(option: option, value: text, expected: "a whole number from \(bounds.lowerBound) to \(bounds.upperBound)")
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

    /// The one operand that a command takes.
    func onlyOperand(named name: String, command: String) throws(UsageError) -> String {
        guard let first = operands.first else { throw .missingArgument(name, command: command) }
        if operands.count > 1 { throw .surplusArgument(operands[1], command: command) }
        return first
    }

    /// The two files that a command takes: one operand and this option, or two operands.
    func twoOperands(
        _ first: String, _ second: String, option: String, command: String
    ) throws(UsageError) -> (first: String, second: String) {
        guard let one = operands.first else { throw .missingArgument(first, command: command) }
        if operands.count > 2 { throw .surplusArgument(operands[2], command: command) }
        let given = value(option)
        if let surplus = operands.dropFirst().first, given != nil { throw .surplusArgument(surplus, command: command) }
        guard let other = given ?? operands.dropFirst().first else { throw .missingArgument(second, command: command) }
        return (one, other)
    }

    /// Throws for the first of these options that was given: it is known, and means nothing for what is asked.
    /// - Parameter reason: what makes it mean nothing, such as `the array is taken as it is`.
    func refuse(_ options: some Sequence<String>, because reason: String) throws(UsageError) {
        if let option = given.intersection(options).min() { throw .noEffect(option, reason: reason) }
    }

    /// Throws for `--verbose` with `--quiet`.
    func checkVerbosity() throws(UsageError) {
        if given.isSuperset(of: ["--verbose", "--quiet"]) { throw .conflict("--verbose", "--quiet") }
    }

    /// Throws for an option that was given and that nothing has asked for. To be called once everything is read that this command line can
    /// mean, and before any work.
    /// - Parameter later: options that are read afterwards.
    func finish(because reason: String, later: Set<String> = []) throws(UsageError) {
        // What an error has to say besides its message is asked for of every command.
        let spoken = later.union(["--verbose"])
        if let option = given.subtracting(spoken).filter({ !asked.contains($0) }).min() { throw .noEffect(option, reason: reason) }
    }
}
