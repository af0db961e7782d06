import CArguments
import Files
import Glibc

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
        do {
            guard let first = arguments.first else {
                Terminal.error(HelpText.overview)
                return .usage
            }
            switch first {
            case "--help", "-h", "help":
                Terminal.print(HelpText.text(for: arguments.dropFirst().first))
                return .fine
            case "--version":
                Terminal.print("convert \(version)")
                return .fine
            case "inspect": return try InspectCommand.run(Array(arguments.dropFirst()))
            case "slim": return try SlimCommand.run(Array(arguments.dropFirst()))
            case "verify": return try VerifyCommand.run(Array(arguments.dropFirst()))
            case "align": return try AlignCommand.run(Array(arguments.dropFirst()))
            case "evaluate": return try EvaluateCommand.run(Array(arguments.dropFirst()))
            case "cache": return try CacheCommand.run(Array(arguments.dropFirst()))
            case "score": return try ScoreCommand.run(Array(arguments.dropFirst()))
            case "run": return try RunCommand.run(Array(arguments.dropFirst()))
            case "export": return try ExportCommand.run(Array(arguments.dropFirst()), isShort: false)
            default:
                // `convert IN OUT`: what is no command has to be a file.
                let operand = arguments.first { !$0.hasPrefix("-") }
                guard let operand else { throw UsageError.unknownCommand(first) }
                if arguments.filter({ !$0.hasPrefix("-") }).count == 1, FileIdentity(path: operand) == nil {
                    throw UsageError.noCommandAndNoFile(operand)
                }
                return try ExportCommand.run(arguments, isShort: true)
            }
        } catch let error as UsageError {
            report(error)
            return .usage
        } catch {
            // A passing line is not to stand before it.
            Terminal.progress("")
            report(error)
            if arguments.contains("--verbose"), let listed = error as? any ListedError {
                for line in listed.listing { Terminal.error("  " + line) }
            }
            return .failed
        }
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
