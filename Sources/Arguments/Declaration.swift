/// One option of a command. Everything that is known of it is here once: parsing, help pages, suggestions, completions and the manual
/// page read it from this declaration.
package struct Declaration: Sendable {
    /// What follows the name.
    package enum Form: Sendable, Equatable {
        /// Nothing: the option is given or not.
        case flag
        /// A value; the word represents it in help.
        case value(String)
        /// A value after `=`, or nothing.
        case optionalValue(String)
    }

    /// The long name with both dashes, such as `--output`.
    package let name: String
    /// The short name without its dash.
    package let short: Character?
    /// Further spellings that are accepted and not shown in the list of names.
    package let aliases: [String]
    package let form: Form
    /// Whether it may be given several times.
    package let isRepeatable: Bool
    /// What it does, without bounds, choices and default.
    package let help: String
    /// The value that holds if it is not given, in words; nil if nothing holds.
    package let usual: String?
    /// What a value has to be, in words; nil if anything may be given.
    package let expected: String?
    /// The same as help has it.
    package let bounds: String?
    /// The words that a value may be.
    package let choices: [Choice]
    /// What a shell may offer for the value.
    package let completion: Completion
    /// Options that cannot be given with this one.
    package let conflicts: [String]
    /// Options of which at least one has to be given with this one.
    package let needs: [String]

    /// A word that a value may be, and what it means.
    package struct Choice: Sendable, Equatable {
        package let name: String
        /// Empty if the word says it all.
        package let meaning: String

        package init(_ name: String, _ meaning: String = "") {
            self.name = name
            self.meaning = meaning
        }
    }

    /// What a shell may offer for a value.
    package enum Completion: Sendable, Equatable {
        case nothing
        case file
        case folder
    }

    /// All long spellings.
    package var spellings: [String] { [name] + aliases }

    /// `-o, --output OUT`.
    package var synopsis: String {
        let names = (short.map { "-\($0), " } ?? "") + name
        switch form {
        case .flag: return names
        case .value(let placeholder): return "\(names) \(placeholder)"
        case .optionalValue(let placeholder): return "\(names)[=\(placeholder)]"
        }
    }

    /// What it does in a command, with choices or bounds and the default. Partners and opponents that the command does not have are left
    /// out.
    package func description(in command: Command) -> String {
        var text = help
        if !choices.isEmpty {
            let words = choices.map { $0.meaning.isEmpty ? $0.name : "\($0.name) (\($0.meaning))" }
            text += ": " + Words.alternatives(words)
        } else if let bounds {
            text += "; \(bounds)"
        }
        if isRepeatable { text += "; repeatable" }
        let (needs, conflicts) = (command.needs(of: self), command.conflicts(of: self))
        if !needs.isEmpty { text += "; needs \(Words.alternatives(needs))" }
        if !conflicts.isEmpty { text += "; not with \(Words.alternatives(conflicts))" }
        if let usual { text += " [\(usual)]" }
        return text
    }
}

/// Something with a declaration: a flag, or an option of some type.
package protocol Declared: Sendable {
    var declaration: Declaration { get }
    /// The value of a text; nil if it is not one.
    func parsed(_ text: String) -> (any Sendable)?
}

/// Lists in words.
enum Words {
    /// `a, b or c`.
    static func alternatives(_ words: [String]) -> String {
        guard let last = words.last, words.count > 1 else { return words.first ?? "" }
        return words.dropLast().joined(separator: ", ") + " or " + last
    }
}
