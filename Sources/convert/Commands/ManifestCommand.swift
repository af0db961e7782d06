import Arguments
import ConvertFiles
import ConvertJSON
import ConvertKit

/// `convert manifest DIR -o m.txt`: the list by which many machines share the work on a folder's files.
enum ManifestCommand {
    private static let output = Option(
        "--output", short: "o", "FILE", .file, help: "the list: lines of path,size,sha256, in the order of the paths' bytes")
    private static let pictures = Flag(
        "--pictures", help: "list only pictures, as align finds them: links to folders are followed, hidden names are not listed",
        conflicts: ["--include", "--exclude"])
    private static let include = Option(
        "--include", "GLOB", .text, isRepeatable: true, help: "only files whose names match; with a slash, whose paths match")
    private static let exclude = Option("--exclude", "GLOB", .text, isRepeatable: true, help: "no files and folders that match")

    static let command = Command(
        name: "manifest", summary: "list a folder's files with sizes and digests, so that many machines can share the work on them",
        usage: ["manifest DIR -o m.txt [options]"], operands: [Command.Operand("DIR", completion: .folder)],
        groups: [
            OptionGroup([
                output, pictures, include, exclude, ExecutorOptions.threads, OutputOptions.force, OutputOptions.quiet, OutputOptions.json,
            ])
        ],
        notes: [
            "Every file is read once. align, run and evaluate take the pictures of a manifest, and inspect --safety all of its files. A file "
                + "that cannot be read, or a link that leads out of the folder, is an error.",
            "Exit codes: 0 fine, 2 an error, 64 wrong arguments.",
        ], run: run)

    private static func run(_ given: Invocation) throws -> Int32 {
        let folder = try given.onlyOperand("DIR")
        guard let target = given[output] else { throw UsageError.missingArgument("-o m.txt", command: "manifest") }
        try OutputOptions.checkIsFile(target, example: "m.txt")
        var maker = ManifestMaker(folder, output: target)
        maker.isReplacing = given[OutputOptions.force]
        maker.onlyPictures = given[pictures]
        maker.including = given.all(include)
        maker.excluding = given.all(exclude)
        maker.threads = given[ExecutorOptions.threads]
        let (isQuiet, isJSON) = (given[OutputOptions.quiet], given[OutputOptions.json])
        try given.finish(because: "nothing of what is asked for uses it")
        let printer = EventPrinter(isQuiet: isQuiet)
        let report = try maker.run(events: printer.handle)
        printer.clear()
        if isJSON {
            Terminal.print(
                JSONValue.object(
                    JSONObject([
                        "format_version": .integer(1), "output": .string(target), "files": .integer(Int64(report.files)),
                        "bytes": .integer(Int64(report.bytes)), "sha256": .string(report.digest.text),
                    ])
                ).text(pretty: true))
        } else if !isQuiet {
            Terminal.print(
                PrintedText.oneLine(
                    "\(target): \(NumberText.grouped(report.files)) files, \(NumberText.bytes(report.bytes)), SHA-256 \(report.digest.text)"
                ))
        }
        return ExitStatus.fine
    }
}
