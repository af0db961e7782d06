import Files

/// `convert cache` and `convert cache clear`: what is kept between evaluations, and away with it.
enum CacheCommand {
    static let table = OptionTable(
        flags: ["--help", "--quiet"], single: ["--cache"], short: ["-h": "--help", "-q": "--quiet"])

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
        case nil:
            Terminal.print("\(folder): \(files.count) files, \(NumberText.bytes(files.reduce(0) { $0 + $1.size }))")
        case "clear":
            let kept = try files.filter { try !RecordLog.remove($0.path) }
            for file in kept { Terminal.error("convert: \(file.path): is in use by another run and stays") }
            let gone = files.reduce(0) { $0 + $1.size } - kept.reduce(0) { $0 + $1.size }
            if !parsed.has("--quiet") { Terminal.print("\(folder): \(files.count - kept.count) files removed, \(NumberText.bytes(gone))") }
        case let other?:
            throw UsageError.badValue(option: "the word after cache", value: other, expected: "clear, or nothing")
        }
        return .fine
    }
}
