import Exporters
import Files
import IR
import PthReader
import Verifier

/// `convert slim FILE -o OUT`: what inference needs, and nothing else.
enum SlimCommand {
    static func run(_ arguments: [String]) throws -> ExitStatus {
        let table = OptionTable(
            flags: ["--force", "--quiet", "--help", "--dequantize", "--verbose"], single: ["--output", "--state-dict", "--strip-prefix"],
            repeated: ["--keep", "--drop"],
            short: ["-o": "--output", "-h": "--help", "-q": "--quiet", "-f": "--force"])
        let parsed = try ParsedArguments(arguments, table: table, command: "slim")
        if parsed.has("--help") {
            Terminal.print(HelpText.slim)
            return .fine
        }
        let input = try parsed.onlyOperand(named: "FILE", command: "slim")
        guard let target = parsed.value("--output") else { throw UsageError.missingArgument("-o OUT", command: "slim") }
        guard let format = FormatRegistry.format(forOutput: target) else { throw SlimError.unwritableExtension(path: target) }

        let opened = try FormatRegistry.open(
            input, options: OpenOptions(stateDictPath: parsed.value("--state-dict"), dequantizes: parsed.has("--dequantize")))
        try OutputFile.check(target: target, replacing: parsed.has("--force"), inputs: opened.sources.map(\.identity))
        var rules = SlimPlan.Rules()
        rules.keep = parsed.all("--keep")
        rules.drop = parsed.all("--drop")
        rules.stripPrefix = parsed.value("--strip-prefix")
        let slim = try SlimFile(opened, rules: rules)

        let output = try OutputFile(target: target, replacing: parsed.has("--force"), inputs: opened.sources.map(\.identity))
        Terminal.progress("writing \(target)")
        try opened.namingDamage { try slim.write(to: output, as: format) }
        try output.flush()
        Terminal.progress("reading back \(target)")
        let size = try verify(slim, written: output, format: format)
        try opened.checkUnchanged()
        try output.commit()
        Terminal.progress("")
        if !parsed.has("--quiet") { report(opened, slim, target: target, format: format, size: size, stripped: rules.stripPrefix) }
        return .fine
    }

    /// Opens the flushed file from disk and compares it with what it was made from. Its size, once all of it agrees.
    private static func verify(_ slim: SlimFile, written output: OutputFile, format: any FileFormat.Type) throws -> Int {
        let file = try output.readBack()
        if format.name == PthFormat.name {
            let checkpoint = try Checkpoint(file)
            try CheckpointComparison.check(checkpoint.root, against: slim.root, file: output.target)
        } else {
            let back = try format.open(file, options: OpenOptions())
            guard let weights = back.weights else { throw BitwiseDifference.missing(file: output.target, name: "the state dict") }
            try BitwiseComparison.check(weights, against: slim.weights, file: output.target)
        }
        return file.bytes.count
    }

    private static func report(
        _ opened: OpenedFile, _ slim: SlimFile, target: String, format: any FileFormat.Type, size: Int, stripped: String?
    ) {
        let before = opened.byteCount
        Terminal.print(
            "\(opened.file.name) (\(NumberText.bytes(before))) -> \(target) (\(NumberText.bytes(size)), "
                + "\(NumberText.fixed(100 * Double(size) / Double(before), 1)) %)")
        if let selection = opened.selection { StateDictText.lines(selection).forEach { Terminal.print($0) } }
        for warning in opened.warnings { Terminal.print("note: \(warning)") }
        let rows = slim.shares(of: opened, as: format).map { ["  " + $0.name, NumberText.bytes($0.byteCount), fate($0)] }
        for line in TextTable.lines(rows, rightAligned: [1]) { Terminal.print(line) }
        if !slim.dropped.isEmpty {
            Terminal.print("left out: " + slim.dropped.map { "\($0.key) (\($0.group.rawValue))" }.joined(separator: ", "))
        }
        let rest = slim.leftOut(by: format)
        if !rest.isEmpty {
            Terminal.print(
                "left out, because a .\(format.extensions.first ?? format.name) holds the state dict and plain values alone: "
                    + rest.joined(separator: ", "))
        }
        let isPth = format.name == PthFormat.name
        if isPth, !slim.nonTensors.isEmpty {
            let names = slim.nonTensors.map { "\($0.name) (\($0.kind))" }
            Terminal.print("not tensors, kept in the state dict as they are: \(StateDictText.list(names))")
        } else {
            let metadata = slim.stateDictComponents.isEmpty ? slim.weights.metadata : Metadata()
            StateDictText.nonTensors(slim.nonTensors, metadata: metadata).forEach { Terminal.print($0) }
        }
        for line in changes(slim.changes) { Terminal.print(line) }
        for alias in slim.weights.aliases { Terminal.print("shared: \(alias.name) is \(alias.of)") }
        let prefixed = slim.weights.entries.filter { $0.name.hasPrefix("module.") }.count
        if stripped == nil, prefixed > 0 {
            Terminal.print("note: \(prefixed) names begin with module. (nn.DataParallel); --strip-prefix module. takes it off")
        }
        if isPth { Terminal.print(LoadingLine.text(slim, file: target)) }
        Terminal.print("checked: \(slim.weights.entries.count) tensors read back from disk, bit for bit the same")
    }

    /// One line per change; one for all of a kind if there are many.
    private static func changes(_ changes: [SlimPlan.Change]) -> [String] {
        let byKind = Dictionary(grouping: changes, by: \.what)
        var told: Set<String> = []
        return changes.compactMap { change in
            guard let same = byKind[change.what], same.count > 4 else { return "changed: \(change.path): \(change.what)" }
            guard told.insert(change.what).inserted else { return nil }
            return "changed: \(same.count) entries: \(change.what) (\(change.path), \(same[1].path), …)"
        }
    }

    /// What became of a group's bytes; both numbers where only a part went.
    private static func fate(_ share: SlimFile.Share) -> String {
        guard let stayed = share.stayed else { return "rewritten" }
        if stayed == share.byteCount { return "stayed" }
        if stayed == 0 { return "went" }
        return "\(NumberText.bytes(stayed)) stayed, \(NumberText.bytes(share.byteCount - stayed)) went"
    }
}
