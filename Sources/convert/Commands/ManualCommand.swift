import Arguments

/// `convert manual`: the manual page.
enum ManualCommand {
    static let command = Command(
        name: "manual", summary: "print the manual page, for man -l", usage: ["manual"], operands: [], groups: [],
        notes: ["To read it: PROGRAM manual | man -l -"], synonyms: ["man"], run: run)

    private static func run(_ given: Invocation) throws -> Int32 {
        if let surplus = given.operands.first { throw UsageError.surplusArgument(surplus, command: "manual") }
        Terminal.print(ManualPage(Convert.program).text)
        return ExitStatus.fine
    }
}
