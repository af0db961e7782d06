import Exporters
import Files
import JSON
import PthReader

/// What `inspect --safety` prints. A nil scan stands for a format that holds no pickle.
enum SafetyReport {
    static func text(_ scan: SafetyScan?, file: MappedFile, format: String = PthFormat.name) -> String {
        guard let scan else { return "\(file.path)\n  scan: complete (\(format) holds no pickle)\n  verdict: clean" }
        var lines = [file.path]
        lines.append("  scan: \(scan.isComplete ? "complete, \(scan.pickles.count) pickles read to their end" : "NOT COMPLETE")")
        lines += scan.obstacles.map { "    \($0)" }
        lines.append(
            "  verdict: \(scan.verdict.rawValue)")
        for verdict in [GlobalVerdict.dangerous, .unknown] {
            for finding in scan.findings where finding.verdict == verdict {
                lines.append(
                    "    \(verdict.rawValue): \(finding.module).\(finding.name), \(finding.opcode) at offset \(finding.offset) of \(finding.place)"
                )
            }
        }
        let clean = Set(scan.findings.filter { $0.verdict == .clean }.map { "\($0.module).\($0.name)" }).sorted()
        if !clean.isEmpty { lines.append("  known to be harmless: \(clean.joined(separator: ", "))") }
        return lines.joined(separator: "\n")
    }

    static func json(_ scan: SafetyScan?, file: MappedFile, format: String = PthFormat.name) -> String {
        var root = JSONObject(["format_version": .integer(1), "file": .string(file.name), "format": .string(format)])
        root.append("complete", .boolean(scan?.isComplete ?? true))
        root.append("verdict", .string((scan?.verdict ?? .clean).rawValue))
        root.append("cleared", .boolean(scan?.isCleared ?? true))
        root.append("obstacles", .array((scan?.obstacles ?? []).map { .string($0) }))
        root.append(
            "globals",
            .array(
                (scan?.findings ?? []).map { finding in
                    .object(
                        JSONObject([
                            "module": .string(finding.module), "name": .string(finding.name), "verdict": .string(finding.verdict.rawValue),
                            "opcode": .string(finding.opcode), "offset": .integer(Int64(finding.offset)), "place": .string(finding.place),
                        ]))
                }))
        return JSONValue.object(root).text(pretty: true)
    }
}
