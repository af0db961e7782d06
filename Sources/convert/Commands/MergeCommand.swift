import Arguments
import ConvertFiles
import ConvertJSON
import ConvertKit

/// `convert merge DIR -o OUT`: parts joined to what the whole work would have written.
enum MergeCommand {
    private static let output = Option(
        "--output", short: "o", "OUT", .file,
        help: "of align a folder for crops and tables; of run and evaluate a file of embeddings, in the forms of run -o and as .npz; of "
            + "inspect --safety and score the file that would have been printed")

    static let command = Command(
        name: "merge", summary: "join the parts that many machines made",
        usage: ["merge DIR -o OUT [options]"],
        operands: [Command.Operand("DIR", completion: .folder, help: "the folder with all parts (--parts)")],
        groups: [OptionGroup([output, OutputOptions.force, OutputOptions.quiet, OutputOptions.json])],
        notes: [
            "The result is byte for byte that of the whole work on one machine. Parts that were made in different ways, of different lists or "
                + "divisions, are refused with the difference named. If parts are missing, their indices are printed as --array=3,7-9.",
            "Exit codes: 0 fine, 1 parts are missing or some item could not be used, 2 an error, 64 wrong arguments. Of inspect --safety: "
                + "those of the whole scan, if no part is missing.",
        ], run: run)

    private static func run(_ given: Invocation) throws -> Int32 {
        let folder = try given.onlyOperand("DIR")
        guard let target = given[output] else { throw UsageError.missingArgument("-o OUT", command: "merge") }
        let isReplacing = given[OutputOptions.force]
        let (isQuiet, isJSON) = (given[OutputOptions.quiet], given[OutputOptions.json])
        try given.finish(because: "nothing of what is asked for uses it")
        let printer = EventPrinter(isQuiet: isQuiet)
        let report: MergeReport
        do {
            var merge = try Merge(folder, to: target)
            merge.isReplacing = isReplacing
            if let safety = merge.safety {
                let (status, line) = try InspectCommand.merge(safety, to: target, replacing: isReplacing)
                if isJSON {
                    Terminal.print(JSONValue.object(PartText.document(safety, output: target, status: status)).text(pretty: true))
                } else if !isQuiet {
                    Terminal.print(PrintedText.oneLine("\(target): \(line)"))
                }
                return status
            }
            report = try merge.run(events: printer.handle)
        } catch ShardError.incomplete(let folder, let missing, let count) {
            let array = ShardError.arrayText(missing)
            Terminal.print(
                isJSON
                    ? JSONValue.object(
                        JSONObject([
                            "format_version": .integer(1), "output": .null, "parts": .integer(Int64(count)),
                            "missing": .array(missing.map { .integer(Int64($0)) }), "array": .string(array),
                        ])
                    ).text(pretty: true) : array)
            Terminal.say("\(ShardError.incomplete(folder: folder, missing: missing, of: count).problem)")
            return ExitStatus.checkFailed
        }
        printer.clear()
        if isJSON {
            Terminal.print(JSONValue.object(PartText.document(report)).text(pretty: true))
        } else if !isQuiet {
            Terminal.print(lines: PartText.lines(report))
        }
        return report.failures.isEmpty ? ExitStatus.fine : ExitStatus.checkFailed
    }
}
