/// A command: what it is called, what it takes, and what it does.
public struct Command: Sendable {
    /// An argument that is not an option.
    public struct Operand: Sendable {
        /// As usage lines have it, such as `FILE`.
        public let name: String
        /// What it is; empty if the usage line says it all.
        public let help: String
        /// What a shell may offer.
        public let completion: Declaration.Completion
        /// Words that it may be.
        public let choices: [String]

        public init(_ name: String, completion: Declaration.Completion = .file, choices: [String] = [], help: String = "") {
            self.name = name
            self.help = help
            self.completion = completion
            self.choices = choices
        }
    }

    public let name: String
    /// One line for the overview.
    public let summary: String
    /// Lines that show how it is called, without the program's name.
    public let usage: [String]
    public let operands: [Operand]
    public let groups: [OptionGroup]
    /// Paragraphs after the options.
    public let notes: [String]
    /// Words that other programs use for it.
    public let synonyms: [String]
    /// Does it, and gives the process's exit code.
    public let run: @Sendable (Invocation) throws -> Int32

    public init(
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
    public static let help = Flag("--help", short: "h", help: "print this page")

    /// All options, each once; the first declaration of a name counts.
    public var options: [any Declared] {
        var seen: Set<String> = []
        return groups.flatMap(\.options).filter { seen.insert($0.declaration.name).inserted }
    }

    /// The option of a name or an alias.
    func option(_ name: String) -> (any Declared)? { options.first { $0.declaration.spellings.contains(name) } }

    /// The option of a letter.
    func option(_ letter: Character) -> (any Declared)? { options.first { $0.declaration.short == letter } }
}

/// A program of several commands.
public struct Program: Sendable {
    /// What it is called, in help and messages.
    public let name: String
    /// What it is for, in one line.
    public let summary: String
    public let commands: [Command]
    /// Lines of the overview before the commands: a call and what it does.
    public let calls: [(call: String, meaning: String)]
    /// Paragraphs after them.
    public let notes: [String]
    /// Words of other programs that are not a command here, and what is typed for them.
    public let words: [String: String]

    public init(
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
    public func command(_ name: String) -> Command? { commands.first { $0.name == name } }

    /// What to say of a word that is neither a command nor a file.
    public func unknownCommand(_ word: String) -> UsageError {
        var meant = commands.filter { $0.synonyms.contains(word.lowercased()) }.map(\.name)
        if let other = words[word.lowercased()] { meant = [other] }
        let near = meant.isEmpty ? Suggestion.nearest(word, among: commands.map(\.name)) : meant
        return .unknownCommand(word, near: near, all: commands.map(\.name))
    }

    /// An error with the names that it lacks: commands that have an option which this one has not.
    public func completed(_ error: UsageError) -> UsageError {
        guard case .unknownOption(let name, let command, let near, _) = error else { return error }
        let others = commands.filter { $0.option(name) != nil }.map(\.name)
        return .unknownOption(name, command: command, near: near, elsewhere: others)
    }
}
