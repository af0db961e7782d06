import CArguments
import Exporters
import Files
import Glibc
import JSON

/// The command line's entry: picks the command, turns errors into one line and an exit code.
@main
struct Convert {
    static let version = "0.1.0"

    static func main() {
        Terminal.openClosedStreams()
        Interruption.install()
        Terminal.warnOfDangers()
        var status = run(arguments)
        if let reason = Terminal.outputRefusal {
            Terminal.error("convert: what was printed could not be written (\(reason)): check free space, then run again")
            if status == .fine { status = .failed }
        }
        exit(status.rawValue)
    }

    /// What was typed after the program's name; names of files in it may be any bytes.
    private static var arguments: [String] {
        (0..<arguments_count()).dropFirst().compactMap { arguments_at($0).map { PathText.text($0) } }
    }

    /// Runs one command line; never throws.
    static func run(_ arguments: [String]) -> ExitStatus {
        guard let first = arguments.first else {
            Terminal.error(HelpText.overview)
            return .usage
        }
        let rest = Array(arguments.dropFirst())
        let command = Command.named(first)
        do {
            if let command { return try command.run(rest) }
            switch first {
            case "--help", "-h", "help":
                Terminal.print(try help(rest))
                return .fine
            case "--version", "-V":
                Terminal.print(try versionText(rest))
                return .fine
            default: return try export(arguments)
            }
        } catch let error as UsageError {
            // Without a command, `convert IN OUT` exports.
            let isGeneral = ["--help", "-h", "help", "--version", "-V"].contains(first)
            report(ShortError(problem: error.problem, remedy: error.remedy(command: command?.name ?? (isGeneral ? nil : "export"))))
            return .usage
        } catch let error as ExportError where error.isAboutOptions {
            Terminal.progress("")
            report(error)
            return .usage
        } catch {
            // Clear the progress line first.
            Terminal.progress("")
            report(error)
            if arguments.contains("--verbose"), let listed = error as? any ListedError {
                for line in listed.listing { Terminal.error("  " + line) }
            }
            return .failed
        }
    }

    /// `convert IN OUT`: what is not a command has to be a file.
    private static func export(_ arguments: [String]) throws -> ExitStatus {
        // Before other options are judged, which may belong to the command that was meant.
        let leading = arguments.first.flatMap { $0.hasPrefix("-") ? nil : $0 }
        let operand = try leading ?? ParsedArguments(arguments, table: ExportCommand.table, command: "export").operands.first
        if let operand, FileIdentity(path: operand) == nil, !operand.contains("/"), !operand.contains(".") || operand.count == 1 {
            throw operand == "-" ? UsageError.standardStream("a checkpoint") : UsageError.unknownCommand(operand)
        }
        return try ExportCommand.run(arguments, isShort: true)
    }

    /// The general help, or a command's.
    private static func help(_ arguments: [String]) throws(UsageError) -> String {
        guard let name = arguments.first, name != "--help", name != "-h", name != "help" else { return HelpText.overview }
        guard let command = Command.named(name) else { throw .unknownCommand(name) }
        if let surplus = arguments.dropFirst().first { throw .surplusArgument(surplus, command: "help") }
        return command.help
    }

    private static func versionText(_ arguments: [String]) throws(UsageError) -> String {
        let parsed = try ParsedArguments(arguments, table: OptionTable(flags: ["--json"]), command: "--version")
        if let surplus = parsed.operands.first { throw .surplusArgument(surplus, command: "--version") }
        guard parsed.has("--json") else { return "convert \(version)" }
        return JSONValue.object(JSONObject(["name": .string("convert"), "version": .string(version)])).text(pretty: true)
    }

    /// A usage error with the remedy that its command makes of it.
    private struct ShortError: DescribedError {
        let problem: String
        let remedy: String
    }

    private static func report(_ error: any Error) {
        guard let described = error as? any DescribedError else { return Terminal.error("convert: \(error)") }
        for line in described.lines(after: "convert: ") { Terminal.error(line) }
    }
}

/// What the process ends with.
enum ExitStatus: Int32 {
    /// Done.
    case fine = 0
    /// A check did not pass.
    case checkFailed = 1
    /// An error: nothing was written.
    case failed = 2
    /// `inspect --safety` met classes or functions that it does not know, and nothing worse.
    case unknownNames = 3
    /// The arguments were wrong (EX_USAGE).
    case usage = 64
}
