import Exporters
import Files
import IR
import JSON
import PthReader
import Verifier

/// `convert slim FILE -o OUT`: what inference needs, and nothing else.
enum SlimCommand {
    static var table: OptionTable {
        OptionTable(
            flags: ["--force", "--quiet", "--help", "--json", "--dequantize", "--verbose"],
            single: ["--output", "--state-dict", "--strip-prefix"],
            repeated: ["--keep", "--drop"],
            short: ["-o": "--output", "-h": "--help", "-q": "--quiet", "-f": "--force"])
    }

    static func run(_ arguments: [String]) throws -> ExitStatus {
        let parsed = try ParsedArguments(arguments, table: table, command: "slim")
        if parsed.has("--help") {
            Terminal.print(HelpText.slim)
            return .fine
        }
        let (input, target) = try parsed.twoOperands("FILE", "-o OUT", option: "--output", command: "slim")
        try OutputName.check(target, example: "\(PathText.stem(PathText.baseName(input)))_slim.pth")
        guard let format = FormatRegistry.format(forOutput: target) else { throw ExportError.unwritableExtension(path: target) }

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
        if parsed.has("--json") {
            Terminal.print(JSONValue.object(document(opened, slim, target: target, format: format, size: size)).text(pretty: true))
        } else if !parsed.has("--quiet") {
            report(opened, slim, target: target, format: format, size: size, stripped: rules.stripPrefix)
        }
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
        let share = NumberText.fixed(100 * Double(size) / Double(before), 1)
        Terminal.print("\(opened.file.name) (\(NumberText.bytes(before))) -> \(target) (\(NumberText.bytes(size)), \(share) %)")
        if let selection = opened.selection { Terminal.print(lines: StateDictText.lines(selection)) }
        for warning in opened.warnings { Terminal.print("note: \(warning)") }
        let rows = slim.shares(of: opened, as: format).map { ["  " + $0.name, NumberText.bytes($0.byteCount), fate($0)] }
        for line in TextTable.lines(rows, rightAligned: [1]) { Terminal.print(line) }
        if !slim.dropped.isEmpty {
            let names = slim.dropped.map { "\($0.key) (\($0.group.rawValue))" }
            Terminal.print("left out: \(names.joined(separator: ", "))")
        }
        let rest = slim.leftOut(by: format)
        if !rest.isEmpty {
            let ending = format.extensions.first ?? format.name
            Terminal.print(
                "left out, because a .\(ending) holds the state dict and plain values alone: \(rest.joined(separator: ", "))")
        }
        let isPth = format.name == PthFormat.name
        if isPth, !slim.nonTensors.isEmpty {
            let names = slim.nonTensors.map { "\($0.name) (\($0.kind))" }
            Terminal.print("not tensors, kept in the state dict as they are: \(StateDictText.list(names))")
        } else {
            let metadata = slim.stateDictComponents.isEmpty ? slim.weights.metadata : Metadata()
            Terminal.print(lines: StateDictText.nonTensors(slim.nonTensors, metadata: metadata))
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

    private static func document(
        _ opened: OpenedFile, _ slim: SlimFile, target: String, format: any FileFormat.Type, size: Int
    ) -> JSONObject {
        var root = JSONObject([
            "format_version": .integer(1), "source": .string(opened.file.name), "source_bytes": .integer(Int64(opened.byteCount)),
            "source_format": .string(opened.format), "output": .string(target), "output_bytes": .integer(Int64(size)),
            "format": .string(format.name),
        ])
        if let selection = opened.selection { root.append("state_dict", ResultJSON.stateDict(selection)) }
        root.append("tensors", .integer(Int64(slim.weights.entries.count)))
        let shares = slim.shares(of: opened, as: format).map { share in
            JSONValue.object(
                JSONObject([
                    "name": .string(share.name), "bytes": .integer(Int64(share.byteCount)),
                    "kept": share.stayed.map { .integer(Int64($0)) } ?? .null,
                ]))
        }
        root.append("groups", .array(shares))
        root.append(
            "left_out",
            .array(slim.dropped.map { .object(JSONObject(["path": .string($0.key), "group": .string($0.group.rawValue)])) }))
        root.append("left_out_by_format", .array(slim.leftOut(by: format).map { .string($0) }))
        root.append(
            "changed", .array(slim.changes.map { .object(JSONObject(["path": .string($0.path), "what": .string($0.what)])) }))
        root.append("shared", ResultJSON.shared(slim.weights))
        root.append("checked", .string("tensors"))
        return root
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
