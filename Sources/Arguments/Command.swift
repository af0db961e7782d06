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

    /// The options that an option needs at least one of, as far as this command has them.
    func needs(of option: Declaration) -> [String] { option.needs.filter { self.option($0) != nil } }

    /// The options that an option cannot be given with, as far as this command has them.
    func conflicts(of option: Declaration) -> [String] {
        // An option of two groups belongs to the first.
        let group = groups.first { $0.options.contains { $0.declaration.name == option.name } }
        return option.conflicts.filter { self.option($0) != nil && group?.isApart(from: $0, in: self) != true }
    }

    /// The option of a letter.
    func option(_ letter: Character) -> (any Declared)? { options.first { $0.declaration.short == letter } }
}
