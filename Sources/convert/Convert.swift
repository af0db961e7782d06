import Arguments
import CArguments
import ConvertFiles
import ConvertInference
import ConvertJSON
import ConvertKit
import Glibc

/// The command line's entry: picks the command, turns errors into one line and an exit code.
@main
struct Convert {
    static let version = ProgramVersion.text

    /// Everything that help, completions and the manual page are made of.
    static let program = program(named: Terminal.programName)

    /// - Parameter name: what the program is called in help and messages.
    static func program(named name: String) -> Program {
        Program(
            name: name, summary: "reads PyTorch checkpoints without Python and without running anything in them",
            commands: [
                InspectCommand.command, DiffCommand.command, SlimCommand.command, ExportCommand.command, VerifyCommand.command,
                RunCommand.command, CompareCommand.command,
                AlignCommand.command, EvaluateCommand.command, ScoreCommand.command, MakePairsCommand.command, ManifestCommand.command,
                MergeCommand.command, FamiliesCommand.command,
                CacheCommand.command,
                CompletionsCommand.command, ManualCommand.command,
            ],
            calls: [("INPUT OUTPUT", "rebuild the network, export it by OUTPUT's ending, check the file from disk")],
            notes: [
                "Reads .pth .pt .ckpt .bin (zip, legacy, tar, plain pickle), .onnx, .safetensors, .h5 .hdf5 and .flat, by content. Commands "
                    + "take --json: one JSON document with the result, alone on the standard output (docs/json.md). An option that has no effect "
                    + "on what is asked for is refused.",
                "Exit codes: 0 fine, 1 a check failed, 2 an error, 64 wrong arguments.",
            ], words: ["scan": "inspect --safety", "safety": "inspect --safety", "version": "--version"])
    }

    static func main() {
        Terminal.openClosedStreams()
        Interruption.install()
        Terminal.warnOfDangers()
        var status = run(arguments)
        if let reason = Terminal.outputRefusal {
            Terminal.say("what was printed could not be written (\(reason)): check free space, then run again")
            if status == ExitStatus.fine { status = ExitStatus.failed }
        }
        exit(status)
    }

    /// What was typed after the program's name; names of files in it may be any bytes.
    private static var arguments: [String] {
        (0..<arguments_count()).dropFirst().compactMap { arguments_at($0).map { PathText.text($0) } }
    }

    private static let helpWords = ["--help", "-h", "help"]
    private static let versionWords = ["--version", "-V"]

    /// Runs one command line; never throws.
    static func run(_ arguments: [String]) -> Int32 {
        guard let first = arguments.first else {
            Terminal.error(page.overview)
            return ExitStatus.usage
        }
        let rest = Array(arguments.dropFirst())
        let isGeneral = helpWords.contains(first) || versionWords.contains(first)
        // Without a command, `convert IN OUT` exports.
        let command = program.command(first) ?? (isGeneral ? nil : ExportCommand.command)
        do {
            if helpWords.contains(first) { return try help(rest) }
            if versionWords.contains(first) { return try version(rest) }
            guard let command else { return ExitStatus.usage }
            if program.command(first) != nil { return try run(command, rest) }
            try checkFirstWord(arguments)
            return try run(command, arguments)
        } catch let error as UsageError {
            Terminal.progress("")
            var about = command
            if case .unknownCommand = error { about = nil }
            let help = "see \(program.name) \(about.map { "\($0.name) " } ?? "")--help"
            let completed = program.completed(error)
            report(ErrorText.Shown(problem: completed.problem, remedy: completed.remedy(help: help)))
            return ExitStatus.usage
        } catch {
            // Clear the progress line first.
            Terminal.progress("")
            report(error)
            if ErrorText.isUsage(error) { return ExitStatus.usage }
            if arguments.contains("--verbose"), let listed = error as? any ListedError {
                for line in listed.listing { Terminal.error("  " + line) }
            }
            return ExitStatus.failed
        }
    }

    private static func run(_ command: Command, _ arguments: [String]) throws -> Int32 {
        ErrorText.context.withLock {
            $0 = .init(command: command.name, options: Set(command.options.map(\.declaration.name)), arguments: arguments)
        }
        let given = try Invocation(arguments, for: command)
        guard !given[Command.help] else {
            Terminal.print(page.text(command))
            return ExitStatus.fine
        }
        let began = ContinuousClock.now
        let status = try command.run(given)
        if !arguments.contains("--quiet"), !arguments.contains("-q") { Terminal.sayTime(ContinuousClock.now - began) }
        return status
    }

    /// `convert IN OUT`: what is not a command has to be a file.
    private static func checkFirstWord(_ arguments: [String]) throws(UsageError) {
        // Before options are judged, which may belong to the command that was meant.
        var word = arguments.first.flatMap { $0.hasPrefix("-") ? nil : $0 }
        if word == nil { word = try Invocation(arguments, for: ExportCommand.command).operands.first }
        guard let word, FileIdentity(path: word) == nil, !word.contains("/"), !word.contains(".") || word.count == 1 else { return }
        if program.command(word) != nil { throw .optionsBeforeCommand(word) }
        throw word == "-" ? .standardStream("a checkpoint") : program.unknownCommand(word)
    }

    private static var page: HelpPage { HelpPage(program, width: Terminal.width) }

    /// The general help, or a command's.
    private static func help(_ arguments: [String]) throws(UsageError) -> Int32 {
        guard let name = arguments.first, !helpWords.contains(name) else {
            if let surplus = arguments.dropFirst().first { throw .surplusArgument(surplus, command: "help") }
            Terminal.print(page.overview)
            return ExitStatus.fine
        }
        if name.hasPrefix("-") { throw .surplusArgument(name, command: "help") }
        guard let command = program.command(name) else { throw program.unknownCommand(name) }
        if let surplus = arguments.dropFirst().first { throw .surplusArgument(surplus, command: "help") }
        Terminal.print(page.text(command))
        return ExitStatus.fine
    }

    private static let versionJSON = Flag("--json", help: "print name and version as JSON")
    private static let versionDetails = Flag("--verbose", help: "also the loops chosen, the cores and the libraries")
    private static let versionCommand = Command(
        name: "--version", summary: "print the version", usage: ["--version"], operands: [],
        groups: [OptionGroup([versionJSON, versionDetails])], notes: [], run: { _ in ExitStatus.fine })

    private static func version(_ arguments: [String]) throws -> Int32 {
        let given = try Invocation(arguments, for: versionCommand)
        guard !given[Command.help] else {
            Terminal.print(page.text(versionCommand))
            return ExitStatus.fine
        }
        if let surplus = given.operands.first { throw UsageError.surplusArgument(surplus, command: "--version") }
        let details = given[versionDetails] ? VersionDetails.all : []
        if given[versionJSON] {
            var object = JSONObject([
                "format_version": .integer(1), "name": .string(ProgramVersion.name), "version": .string(version),
            ])
            for detail in details { object.append(detail.name, .string(detail.value)) }
            Terminal.print(JSONValue.object(object).text(pretty: true))
        } else {
            Terminal.print("\(program.name) \(version)")
            for detail in details { Terminal.print("  \(detail.name): \(detail.value)") }
        }
        return ExitStatus.fine
    }

    private static func report(_ error: any Error) {
        for line in ErrorText.lines(error) { Terminal.error(line) }
    }
}
