import Synchronization

/// The arguments of one command, parsed and checked by its declarations. `--name value` and `--name=value` are the same; after `--`
/// everything is an operand.
///
/// It remembers which options were read. An option that was given and never read would have no effect, and `finish` refuses it, so that a
/// command cannot ignore an option by forgetting it.
package struct Invocation: Sendable {
    /// The command's name.
    package let command: String
    /// What is not an option, in order.
    package private(set) var operands: [String]
    private var values: [String: [any Sendable]]
    private let asked = AskedOptions()

    /// Names that were read, shared by all copies.
    private final class AskedOptions: Sendable {
        private let names = Mutex<Set<String>>([])
        func insert(_ name: String) { names.withLock { _ = $0.insert(name) } }
        func contains(_ name: String) -> Bool { names.withLock { $0.contains(name) } }
    }

    /// Parses arguments. Throws for what the declarations do not allow.
    package init(_ arguments: [String], for command: Command) throws(UsageError) {
        self.command = command.name
        var reader = ArgumentReader(arguments, command: command)
        try reader.read()
        operands = reader.operands
        values = [:]
        for (option, texts) in reader.given {
            var parsed: [any Sendable] = []
            for text in texts {
                guard let text else {
                    parsed.append(true)
                    continue
                }
                guard let value = option.parsed(text) else {
                    throw .badValue(
                        option: option.declaration.name, value: text, expected: option.declaration.expected ?? "another value",
                        near: Suggestion.nearest(text, among: option.declaration.choices.map(\.name)))
                }
                parsed.append(value)
            }
            values[option.declaration.name] = parsed
        }
        try checkRelations(command)
    }

    private func checkRelations(_ command: Command) throws(UsageError) {
        if values[Command.help.declaration.name] != nil { return }
        // An option of two groups belongs to the first.
        var seen: Set<String> = []
        for group in command.groups {
            for option in group.options.map(\.declaration) where seen.insert(option.name).inserted && values[option.name] != nil {
                if let other = command.conflicts(of: option).first(where: { values[$0] != nil }) {
                    throw .conflict(option.name, other)
                }
                let known = command.needs(of: option)
                if !known.isEmpty, !known.contains(where: { values[$0] != nil }) {
                    throw .needs(option.name, Words.alternatives(known))
                }
                if let need = group.need, values[need] == nil { throw .needs(option.name, need) }
            }
        }
    }

    /// Whether a flag was given.
    package subscript(_ flag: Flag) -> Bool {
        asked.insert(flag.declaration.name)
        return values[flag.declaration.name] != nil
    }

    /// The value of an option; nil if it was not given.
    package subscript<Value>(_ option: Option<Value>) -> Value? { all(option).first }

    /// All values of an option, in order.
    package func all<Value>(_ option: Option<Value>) -> [Value] {
        asked.insert(option.declaration.name)
        return (values[option.declaration.name] ?? []).compactMap { $0 as? Value }
    }

    /// Whether an option was given; asking so is not using it.
    package func isGiven(_ option: any Declared) -> Bool { values[option.declaration.name] != nil }

    /// The arguments of a different command: these operands, and those of `options` that were given.
    package func passed(to command: Command, operands: [String], options: [any Declared]) -> Invocation {
        var passed = Invocation(command: command.name, operands: operands)
        let names = Set(options.map(\.declaration.name))
        for (name, given) in values where names.contains(name) {
            passed.values[name] = given
            asked.insert(name)
        }
        return passed
    }

    private init(command: String, operands: [String]) {
        self.command = command
        self.operands = operands
        values = [:]
    }

    /// The one operand that a command takes.
    package func onlyOperand(_ name: String) throws(UsageError) -> String {
        guard let first = operands.first else { throw .missingArgument(name, command: command) }
        if operands.count > 1 { throw .surplusArgument(operands[1], command: command) }
        return first
    }

    /// The two operands of a command that takes no others.
    package func bothOperands(_ first: String, _ second: String) throws(UsageError) -> (first: String, second: String) {
        guard operands.count > 1 else { throw .missingArgument(operands.isEmpty ? first : second, command: command) }
        if operands.count > 2 { throw .surplusArgument(operands[2], command: command) }
        return (operands[0], operands[1])
    }

    /// The two files that a command takes: one operand and this option, or two operands.
    package func twoOperands(
        _ first: String, _ second: String, or option: Option<String>
    ) throws(UsageError) -> (first: String, second: String) {
        guard let one = operands.first else { throw .missingArgument(first, command: command) }
        if operands.count > 2 { throw .surplusArgument(operands[2], command: command) }
        let given = self[option]
        if let surplus = operands.dropFirst().first, given != nil { throw .surplusArgument(surplus, command: command) }
        guard let other = given ?? operands.dropFirst().first else { throw .missingArgument(second, command: command) }
        return (one, other)
    }

    /// Throws for the first of these options that was given: it is known, and means nothing for what is asked.
    /// - Parameter reason: what makes it mean nothing, such as `an array enters the network as it is`.
    package func refuse(_ options: [any Declared], because reason: String) throws(UsageError) {
        if let option = options.filter(isGiven).map(\.declaration.name).min() { throw .noEffect(option, reason: reason) }
    }

    /// Throws for an option that was given and never read. To be called before any work, once everything is read that this command line can
    /// mean.
    package func finish(because reason: String) throws(UsageError) {
        if let option = values.keys.filter({ !asked.contains($0) }).min() {
            throw .noEffect(option, reason: reason)
        }
    }
}
