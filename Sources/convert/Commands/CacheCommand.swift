import Arguments
import ConvertFiles
import ConvertJSON
import ConvertKit

/// `convert cache` and `convert cache clear`: what is cached between evaluations, and its removal.
enum CacheCommand {
    private static let folder = Option("--cache", "DIR", .folder, help: "the cache's folder", usual: "~/.cache/convert")
    private static let quiet = Flag("--quiet", short: "q", help: "with clear: print nothing unless something is wrong")

    static let command = Command(
        name: "cache", summary: "show or delete the crops and embeddings that evaluations cached",
        usage: ["cache [clear] [options]"], operands: [Command.Operand("clear", completion: .nothing, choices: ["clear"])],
        groups: [OptionGroup([folder, quiet, OutputOptions.json])],
        notes: ["Only the cache's own files are touched."], run: run)

    private static func run(_ given: Invocation) throws -> Int32 {
        let clears = !given.operands.isEmpty
        if !clears { try given.refuse([quiet], because: "without clear, the sizes are all that is done") }
        if given.operands.count > 1 { throw UsageError.surplusArgument(given.operands[1], command: "cache") }
        if let word = given.operands.first, word != "clear" {
            throw UsageError.badWord(
                word, command: "cache", expected: "clear or nothing", near: Suggestion.nearest(word, among: ["clear"]))
        }
        let (isJSON, isQuiet) = (given[OutputOptions.json], given[quiet])
        guard let folder = given[folder] ?? CacheFolder.usual else { throw CacheError.noHome }
        try given.finish(because: "nothing of what is asked for uses it")
        let files = try CacheFolder.files(in: folder)
        let size = files.reduce(0) { $0 + $1.size }
        guard clears else {
            Terminal.print(
                isJSON
                    ? json(folder, [("files", files.count), ("bytes", size)])
                    : PrintedText.oneLine("\(folder): \(NumberText.counted(files.count, "file")), \(NumberText.bytes(size))"))
            return ExitStatus.fine
        }
        let busy = try files.filter { try !RecordLog.remove($0.path) }
        for file in busy { Terminal.say("\(file.path): is in use by another run and stays") }
        let left = busy.reduce(0) { $0 + $1.size }
        if isJSON {
            Terminal.print(
                json(
                    folder,
                    [
                        ("files", busy.count), ("bytes", left), ("removed_files", files.count - busy.count),
                        ("removed_bytes", size - left),
                    ]))
        } else if !isQuiet {
            Terminal.print("\(folder): \(NumberText.counted(files.count - busy.count, "file")) removed, \(NumberText.bytes(size - left))")
        }
        return ExitStatus.fine
    }

    private static func json(_ folder: String, _ counts: [(String, Int)]) -> String {
        var root = JSONObject(["format_version": .integer(1), "folder": .string(folder)])
        for (name, count) in counts { root.append(name, .integer(Int64(count))) }
        return JSONValue.object(root).text(pretty: true)
    }
}
