/// A command: what it is called, its options, its help, and what it does.
struct Command: Sendable {
    let name: String
    let table: OptionTable
    let help: String
    let run: @Sendable ([String]) throws -> ExitStatus

    /// All commands, in the order in which help lists them.
    static let all = [
        Command(name: "inspect", table: InspectCommand.table, help: HelpText.inspect, run: InspectCommand.run),
        Command(name: "slim", table: SlimCommand.table, help: HelpText.slim, run: SlimCommand.run),
        Command(name: "export", table: ExportCommand.table, help: HelpText.export) { try ExportCommand.run($0, isShort: false) },
        Command(name: "verify", table: VerifyCommand.table, help: HelpText.verify, run: VerifyCommand.run),
        Command(name: "run", table: RunCommand.table, help: HelpText.run, run: RunCommand.run),
        Command(name: "align", table: AlignCommand.table, help: HelpText.align, run: AlignCommand.run),
        Command(name: "evaluate", table: EvaluateRequest.table, help: HelpText.evaluate, run: EvaluateCommand.run),
        Command(name: "score", table: ScoreCommand.table, help: HelpText.score, run: ScoreCommand.run),
        Command(name: "cache", table: CacheCommand.table, help: HelpText.cache, run: CacheCommand.run),
    ]

    /// The command of this name.
    static func named(_ name: String) -> Command? { all.first { $0.name == name } }
}
