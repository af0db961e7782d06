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

    /// A command's notes, with the program's name for the word PROGRAM.
    package func notes(of command: Command) -> [String] { command.notes.map { $0.replacing("PROGRAM", with: name) } }

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
