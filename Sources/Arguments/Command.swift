/// A command: what it is called, what it takes, and what it does.
package struct Command: Sendable {
    /// An argument that is not an option.
    package struct Operand: Sendable {
        /// As usage lines have it, such as `FILE`.
        package let name: String
        /// What it is; empty if the usage line says it all.
        package let help: String
        /// What a shell may offer.
        package let completion: Declaration.Completion
        /// Words that it may be.
        package let choices: [String]

        package init(_ name: String, completion: Declaration.Completion = .file, choices: [String] = [], help: String = "") {
            self.name = name
            self.help = help
            self.completion = completion
            self.choices = choices
        }
    }

    package let name: String
    /// One line for the overview.
    package let summary: String
    /// Lines that show how it is called, without the program's name.
    package let usage: [String]
    package let operands: [Operand]
    package let groups: [OptionGroup]
    /// Paragraphs after the options.
    package let notes: [String]
    /// Words that other programs use for it.
    package let synonyms: [String]
    /// Does it, and gives the process's exit code.
    package let run: @Sendable (Invocation) throws -> Int32

    package init(
        name: String, summary: String, usage: [String], operands: [Operand], groups: [OptionGroup], notes: [String],
        synonyms: [String] = [], run: @escaping @Sendable (Invocation) throws -> Int32
    ) {
        self.name = name
        self.summary = summary
        self.usage = usage
        self.operands = operands
        self.groups = groups + [OptionGroup([Command.help])]
        self.notes = notes
        self.synonyms = synonyms
        self.run = run
    }

    /// The option that every command has.
    package static let help = Flag("--help", short: "h", help: "print this page")

    /// All options, each once; the first declaration of a name counts.
    package var options: [any Declared] {
        var seen: Set<String> = []
        return groups.flatMap(\.options).filter { seen.insert($0.declaration.name).inserted }
    }

    /// The option of a name or an alias.
    func option(_ name: String) -> (any Declared)? { options.first { $0.declaration.spellings.contains(name) } }

    /// The option of a letter.
    func option(_ letter: Character) -> (any Declared)? { options.first { $0.declaration.short == letter } }
}

/// A program of several commands.
package struct Program: Sendable {
    /// What it is called, in help and messages.
    package let name: String
    /// What it is for, in one line.
    package let summary: String
    package let commands: [Command]
    /// Lines of the overview before the commands: a call and what it does.
    package let calls: [(call: String, meaning: String)]
    /// Paragraphs after them.
    package let notes: [String]
    /// Words of other programs that are not a command here, and what is typed for them.
    package let words: [String: String]

    package init(
        name: String, summary: String, commands: [Command], calls: [(call: String, meaning: String)], notes: [String],
        words: [String: String] = [:]
    ) {
        self.name = name
        self.summary = summary
        self.commands = commands
        self.calls = calls
        self.notes = notes
        self.words = words
    }

    /// The command of this name.
    package func command(_ name: String) -> Command? { commands.first { $0.name == name } }

    /// What to say of a word that is neither a command nor a file.
    package func unknownCommand(_ word: String) -> UsageError {
        var meant = commands.filter { $0.synonyms.contains(word.lowercased()) }.map(\.name)
        if let other = words[word.lowercased()] { meant = [other] }
        let near = meant.isEmpty ? Suggestion.nearest(word, among: commands.map(\.name)) : meant
        return .unknownCommand(word, near: near, all: commands.map(\.name))
    }

    /// An error with the names that it lacks: commands that have an option which this one has not.
    package func completed(_ error: UsageError) -> UsageError {
        guard case .unknownOption(let name, let command, let near, _) = error else { return error }
        let others = commands.filter { $0.option(name) != nil }.map(\.name)
        return .unknownOption(name, command: command, near: near, elsewhere: others)
    }
}
