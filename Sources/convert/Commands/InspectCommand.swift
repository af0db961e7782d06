import Arguments
import ConvertFiles
import ConvertIR
import ConvertKit
import Exporters
import PthReader

/// `convert inspect FILE`: what is in a file, for people or as JSON.
enum InspectCommand {
    private static let keys = Option(
        "--keys", "GLOB", .text, isRepeatable: true, help: "list only names that match; * also crosses dots")
    private static let tensors = Flag(
        "--tensors", help: "list every tensor, the default for up to \(InspectText.shortList) tensors")
    private static let tree = Flag(
        "--tree", help: "sum tensors, numbers and bytes up by prefix of their names", conflicts: ["--tensors"])
    private static let depth = Option(
        "--depth", "N", .integer(1...64), help: "of --tree, levels to show", usual: "3", needs: ["--tree"])
    private static let check = Flag(
        "--check", help: "compare checksums; count NaN and infinities; minimum, maximum and mean of each tensor")
    private static let graph = Flag(
        "--graph", help: "print only the network's graph, one line per node; --graph-text takes it again", conflicts: ["--dot"])
    private static let dot = Flag("--dot", help: "print only the graph, in Graphviz's DOT language")
    private static let safety = Flag(
        "--safety", help: "only the safety scan: is it complete, and is it clean, unknown or dangerous")
    private enum ReportForm: String, Sendable, CaseIterable {
        case text
        case jsonLines = "json-lines"
        case sarif, junit
    }

    private static let report = Option(
        "--report", "FORM",
        .choice(
            ReportForm.self,
            [
                "text": "one line for each file, and a summary", "json-lines": "one JSON object in each line", "sarif": "SARIF 2.1.0",
                "junit": "a JUnit report",
            ]), help: "of --safety, the form of the answers for several files", usual: "text", conflicts: ["--json"], needs: ["--safety"])
    private static let allow = Option(
        "--allow", "FILE", .file,
        help: "of --safety, names that were reviewed and count as clean: a module and a name in each line", needs: ["--safety"])
    private static let json = Flag("--json", help: "the same as JSON (docs/inspect-json.md); the graph is part of it")

    static let command = Command(
        name: "inspect", summary: "show what is in a file: container, metadata, state dict, graph, safety",
        usage: [
            "inspect FILE [options]", "inspect FILE|DIR ... [options]", "inspect --safety FILE|DIR ... [options]",
            "inspect --safety DIR --manifest FILE --shard I/N --parts DIR [options]",
        ],
        operands: [Command.Operand("FILE")],
        groups: [
            OptionGroup([tensors, tree, depth, keys, check, graph, dot, safety, json, OutputOptions.verbose]),
            OptionGroup("Many files:", [report, allow, ManyFiles.include, ManyFiles.exclude, ExecutorOptions.threads]),
            ShardOptions.group,
            OptionGroup("Reading:", ReadingOptions.group.options), ContractOptions.group,
        ],
        notes: [
            "Exit codes: 0 fine, 1 --check met NaN or infinities, 2 an error or damage, 64 wrong arguments. Of --safety: 1 dangerous, else 2 "
                + "not complete, unreadable or misleading, else 3 unknown classes or functions, else 0 complete and clean."
        ],
        synonyms: ["info", "show", "ls", "list", "summary", "view", "check"], run: run)

    private static func run(_ given: Invocation) throws -> Int32 {
        let isJSON = given[json]
        _ = given[OutputOptions.verbose]
        if given[safety] { return try scan(given, isJSON: isJSON) }
        if ManyFiles.areNamed(given.operands) { return try table(given, isJSON: isJSON) }
        let path = try given.onlyOperand("FILE")
        let (asGraph, asDOT) = (given[graph], given[dot])
        if asGraph || asDOT {
            let kind = asDOT ? "--dot" : "--graph"
            try given.refuse([check, keys, tensors, tree, depth], because: "\(kind) only prints the graph")
            try given.refuse([json], because: "\(kind) prints text; --json without it has the graph too")
        }
        let source = try ReadingOptions.source(path, given)
        if asGraph || asDOT {
            try given.finish(because: "nothing of what is asked for uses it")
            let model = try source.load().anyNetwork()
            Terminal.print(asDOT ? model.graph.dot(types: model.valueTypes) : model.graph.text(types: model.valueTypes))
            return ExitStatus.fine
        }
        let (globs, isChecking) = (given.all(keys), given[check])
        if isJSON { try given.refuse([tensors, tree, depth], because: "JSON has every tensor") }
        let (isListed, isTree, levels) = (given[tensors], given[tree], given[depth] ?? 3)
        try given.finish(because: "nothing of what is asked for uses it")
        let inspection = try Inspection(source, isChecking: isChecking)
        let rows = try InspectRows(inspection, globs: globs)
        // Numbers of a check and names that were asked for are in the list.
        let isShort = rows.totalRows <= InspectText.shortList || isChecking || !globs.isEmpty
        let listing: InspectText.Listing = isTree ? .tree(depth: levels) : isListed || isShort ? .tensors : .none
        if isJSON {
            Terminal.print(InspectJSON.text(inspection, rows))
        } else {
            Terminal.print(lines: InspectText.lines(inspection, rows, listing: listing))
        }
        if let failure = inspection.opened.stateDictError { throw failure }
        if let damage = inspection.check?.damage.first {
            Terminal.say("\(damage)")
            return ExitStatus.failed
        }
        return inspection.check.map { $0.hasNonFinite } == true ? ExitStatus.checkFailed : ExitStatus.fine
    }

    /// Several files, in one line each.
    private static func table(_ given: Invocation, isJSON: Bool) throws -> Int32 {
        try given.refuse([graph, dot, tensors, tree, depth, keys, check], because: "of several files only a table is printed")
        let files = try ManyFiles.selection(given)
        let sweep = InspectionSweep(files, as: try ReadingOptions.source("", given), threads: given[ExecutorOptions.threads])
        _ = given[OutputOptions.verbose]
        try given.finish(because: "of several files only a table is printed")
        var table = InspectTable()
        try sweep.run { entry in
            table.add(entry)
            if case .failure(let error) = entry.result, ManyFiles.isOther(error, below: entry.below) { return }
            if isJSON { Terminal.print(InspectTable.json(entry) as String) }
        }
        if !isJSON { Terminal.print(lines: table.lines) }
        return table.failures > 0 ? ExitStatus.failed : ExitStatus.fine
    }

    /// The safety scan, of one file in full and of several in one line each.
    private static func scan(_ given: Invocation, isJSON: Bool) throws -> Int32 {
        guard let first = given.operands.first else { throw UsageError.missingArgument("FILE", command: given.command) }
        let form = given[report]
        let allowList = try given[allow].map { try MappedFile(path: $0) }
        if let shard = try ShardOptions.request(given) {
            try given.refuse([ManyFiles.include, ManyFiles.exclude], because: "the manifest says which files there are")
            let folder = try ShardOptions.folder(given.operands, command: given.command)
            let form = form ?? (isJSON ? .jsonLines : .text)
            let part = try SafetyPart(
                folder, form: form.rawValue, allowList: allowList, threads: given[ExecutorOptions.threads], shard)
            try given.finish(because: "--safety only scans")
            let report = reportInForm(form)
            return try PartText.perform(isQuiet: false, isJSON: isJSON) { events in try part.run(events: events, piece: report.piece) }
        }
        let allowed = try allowList.map { try AllowedNames($0) } ?? .none
        guard ManyFiles.areNamed(given.operands) || form != nil else {
            try given.finish(because: "--safety only scans")
            let inspection = try SafetyInspection(path: first).allowing(allowed)
            Terminal.print(isJSON ? SafetyReport.json(inspection) : SafetyReport.text(inspection))
            return SafetyReport.status(inspection.outcome)
        }
        let files = try ManyFiles.selection(given)
        let sweep = SafetySweep(files, allowed: allowed, threads: given[ExecutorOptions.threads])
        try given.finish(because: "--safety only scans")
        var report = reportInForm(form ?? (isJSON ? .jsonLines : .text))
        var counts = SweepCounts()
        try sweep.run { entry in
            counts.add(entry.outcome)
            if let text = report.add(entry) { Terminal.print(text) }
        }
        if let text = report.end(counts) { Terminal.print(text) }
        return counts.status
    }

    private static func reportInForm(_ form: ReportForm) -> any SweepReport {
        switch form {
        case .text: SweepLines()
        case .jsonLines: SweepJSONLines()
        case .sarif: SweepSARIF()
        case .junit: SweepJUnit()
        }
    }

    /// Writes the report of all files from its parts, byte for byte what the scan of all would have printed.
    /// - Returns: the exit code of that scan.
    static func merge(_ parts: MergedSafety, to target: String, replacing: Bool) throws -> (status: Int32, line: String) {
        var report = reportInForm(ReportForm(rawValue: parts.form) ?? .text)
        var counts = SweepCounts()
        let output = try OutputFile(target: target, replacing: replacing, inputs: [])
        func print(_ text: String) throws { try output.write(Array((Terminal.visible(text) + "\n").utf8)) }
        try parts.forEach { outcome, piece in
            counts.add(outcome)
            if let text = report.add(piece: piece) { try print(text) }
        }
        if let text = report.end(counts) { try print(text) }
        try output.commit()
        return (counts.status, counts.text)
    }
}
