import ConvertFiles
import ConvertIR
import ConvertJSON
import ConvertKit
import Exporters
import PthReader

/// What was kept of a checkpoint, for people and as JSON.
enum SlimText {
    /// One line per finding.
    static func lines(_ report: Slim) -> [String] {
        let (opened, slim, target, format, size) = (
            report.opened, report.file, report.request.target, report.request.format, report.byteCount
        )
        var output: [String] = []
        let before = opened.byteCount
        let share = NumberText.fixed(100 * Double(size) / Double(before), 1)
        output.append("\(opened.file.name) (\(NumberText.bytes(before))) -> \(target) (\(NumberText.bytes(size)), \(share) %)")
        if let selection = opened.selection { output += StateDictText.lines(selection) }
        for warning in opened.warnings { output.append("note: \(warning)") }
        let rows = slim.shares(of: opened, as: format).map { ["  " + $0.name, NumberText.bytes($0.byteCount), fate($0)] }
        for line in TextTable.lines(rows, rightAligned: [1]) { output.append(line) }
        if !slim.dropped.isEmpty {
            let names = slim.dropped.map { "\($0.key) (\($0.group.rawValue))" }
            output.append("left out: \(names.joined(separator: ", "))")
        }
        let rest = slim.leftOut(by: format)
        if !rest.isEmpty {
            let ending = format.extensions.first ?? format.name
            output.append(
                "left out, because a .\(ending) holds the state dict and plain values alone: \(rest.joined(separator: ", "))")
        }
        let isPth = format.capabilities.holdsAnyValue
        if isPth, !slim.nonTensors.isEmpty {
            let names = slim.nonTensors.map { "\($0.name) (\($0.kind))" }
            output.append("not tensors, kept in the state dict as they are: \(StateDictText.list(names))")
        } else {
            let metadata = slim.stateDictComponents.isEmpty ? slim.weights.metadata : Metadata()
            output += StateDictText.nonTensors(slim.nonTensors, metadata: metadata)
        }
        for line in changes(slim.changes) { output.append(line) }
        for alias in slim.weights.aliases { output.append("shared: \(alias.name) is \(alias.of)") }
        let prefixed = slim.weights.entries.filter { $0.name.hasPrefix("module.") }.count
        if report.request.rules.stripPrefix == nil, prefixed > 0 {
            output.append(
                "note: \(NumberText.counted(prefixed, "name begins", "names begin")) with module. (nn.DataParallel); --strip-prefix module. takes it off"
            )
        }
        if isPth { output.append(LoadingLine.text(slim, file: target)) }
        output.append("checked: \(NumberText.counted(slim.weights.entries.count, "tensor")) read back from disk, bit for bit the same")
        return output
    }

    /// The same as JSON; docs/json.md lists the members.
    static func document(_ report: Slim) -> JSONObject {
        let (opened, slim, target, format, size) = (
            report.opened, report.file, report.request.target, report.request.format, report.byteCount
        )
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
        var reported: Set<String> = []
        return changes.compactMap { change in
            guard let same = byKind[change.what], same.count > 4 else { return "changed: \(change.path): \(change.what)" }
            guard reported.insert(change.what).inserted else { return nil }
            return "changed: \(same.count) entries: \(change.what) (\(change.path), \(same[1].path), …)"
        }
    }

    /// What became of a group's bytes; both numbers if only a part went.
    private static func fate(_ share: SlimFile.Share) -> String {
        guard let stayed = share.stayed else { return "rewritten" }
        if stayed == share.byteCount { return "kept" }
        if stayed == 0 { return "removed" }
        return "\(NumberText.bytes(stayed)) kept, \(NumberText.bytes(share.byteCount - stayed)) removed"
    }
}
