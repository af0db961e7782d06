import Arguments
import ConvertFiles

/// `convert completions bash|zsh|fish`: a script for a shell.
enum CompletionsCommand {
    static let command = Command(
        name: "completions", summary: "print a completion script for bash, zsh or fish", usage: ["completions bash|zsh|fish"],
        operands: [
            Command.Operand("SHELL", completion: .nothing, choices: Completions.Shell.allCases.map(\.rawValue), help: "bash, zsh or fish")
        ],
        groups: [], notes: ["For bash: PROGRAM completions bash > ~/.local/share/bash-completion/completions/PROGRAM"], run: run)

    private static func run(_ given: Invocation) throws -> Int32 {
        let word = try given.onlyOperand("bash, zsh or fish")
        guard let shell = Completions.Shell(rawValue: word) else {
            let names = Completions.Shell.allCases.map(\.rawValue)
            throw UsageError.badWord(
                word, command: "completions", expected: "bash, zsh or fish", near: Suggestion.nearest(word, among: names))
        }
        Terminal.print(Completions(Convert.program).script(shell))
        return ExitStatus.fine
    }
}
