import Files
import JSON

/// `convert cache` and `convert cache clear`: what is kept between evaluations, and away with it.
enum CacheCommand {
    static let table = OptionTable(
        flags: ["--help", "--quiet", "--json"], single: ["--cache"], short: ["-h": "--help", "-q": "--quiet"])

    static func run(_ arguments: [String]) throws -> ExitStatus {
        let parsed = try ParsedArguments(arguments, table: table, command: "cache")
        if parsed.has("--help") {
            Terminal.print(HelpText.cache)
            return .fine
        }
        if parsed.operands.isEmpty { try parsed.refuse(["--quiet"], because: "without clear, the sizes are all that is done") }
        if parsed.operands.count > 1 { throw UsageError.surplusArgument(parsed.operands[1], command: "cache") }
        guard let folder = parsed.value("--cache") ?? CacheFolder.usual else { throw CacheError.noHome }
        let files = try CacheFolder.files(in: folder)
        switch parsed.operands.first {
        case nil where parsed.has("--json"):
            Terminal.print(json(folder, ["files": files.count, "bytes": files.reduce(0) { $0 + $1.size }]))
        case nil:
            Terminal.print("\(folder): \(files.count) files, \(NumberText.bytes(files.reduce(0) { $0 + $1.size }))")
        case "clear":
            let kept = try files.filter { try !RecordLog.remove($0.path) }
            for file in kept { Terminal.error("convert: \(file.path): is in use by another run and stays") }
            let gone = files.reduce(0) { $0 + $1.size } - kept.reduce(0) { $0 + $1.size }
            if parsed.has("--json") {
                let left = ["files": kept.count, "bytes": kept.reduce(0) { $0 + $1.size }]
                Terminal.print(
                    json(folder, left.merging(["removed_files": files.count - kept.count, "removed_bytes": gone]) { one, _ in one }))
            } else if !parsed.has("--quiet") {
                Terminal.print("\(folder): \(files.count - kept.count) files removed, \(NumberText.bytes(gone))")
            }
        case let other?:
            throw UsageError.badValue(option: "the word after cache", value: other, expected: "clear, or nothing")
        }
        return .fine
    }

    private static func json(_ folder: String, _ counts: [String: Int]) -> String {
        var root = JSONObject(["format_version": .integer(1), "folder": .string(folder)])
        for name in ["files", "bytes", "removed_files", "removed_bytes"] {
            if let count = counts[name] { root.append(name, .integer(Int64(count))) }
        }
        return JSONValue.object(root).text(pretty: true)
    }
}
