import ConvertFiles
import ConvertJSON
import ConvertKit
import Exporters
import PthReader

/// What `inspect --safety` prints, and the verdict line of every other report.
enum SafetyReport {
    /// Obstacles and names that are listed in a text; the rest is counted. JSON has them all.
    private static let listed = 50

    static func text(_ inspection: SafetyInspection) -> String {
        let scan = inspection.scan
        var lines = [inspection.file.path, "  scan: \(scanLine(inspection))"]
        lines += capped(scan.obstacles.map { "    \($0)" })
        lines.append("  verdict: \(scan.verdict.rawValue)")
        for verdict in [GlobalVerdict.dangerous, .unknown] { lines += capped(findings(scan, verdict)) }
        let clean = Set(scan.findings.filter { $0.verdict == .clean }.map(\.fullName)).sorted()
        if !clean.isEmpty { lines.append("  known to be harmless: \(clean.joined(separator: ", "))") }
        return lines.map(PrintedText.oneLine).joined(separator: "\n")
    }

    /// 1 for what acts, else 2 for what was not read or misleads, else 3 for unknown names, else 0.
    static func status(_ outcome: SafetySweep.Outcome) -> Int32 {
        switch outcome {
        case .dangerous: ExitStatus.checkFailed
        case .incomplete, .unreadable: ExitStatus.failed
        case .unknown: ExitStatus.unknownNames
        case .clean: ExitStatus.fine
        }
    }

    /// The verdict in one line, with what it rests on.
    static func verdict(_ scan: SafetyScan?, format: String) -> String {
        guard let scan else { return "verdict: clean (\(format) holds no pickle)" }
        switch scan.verdict {
        case .clean: return "verdict: clean (by its pickles; inspect --safety reads all of the file)"
        case .dangerous: return PrintedText.oneLine("verdict: dangerous (\(named(scan, .dangerous)); inspect --safety says where)")
        case .unknown where !scan.isComplete: return "verdict: unknown (NOT COMPLETE; inspect --safety says why)"
        case .unknown: return PrintedText.oneLine("verdict: unknown (\(named(scan, .unknown)); inspect --safety says where)")
        }
    }

    /// The names of a verdict, the first three by name.
    static func named(_ scan: SafetyScan, _ verdict: GlobalVerdict) -> String {
        var seen: Set<String> = []
        let names = scan.findings.filter { $0.verdict == verdict }.map(\.fullName).filter { seen.insert($0).inserted }
        return names.prefix(3).joined(separator: ", ") + (names.count > 3 ? ", and \(names.count - 3) more" : "")
    }

    private static func scanLine(_ inspection: SafetyInspection) -> String {
        let scan = inspection.scan
        guard scan.isComplete else { return "NOT COMPLETE" }
        guard scan.pickles.isEmpty else {
            return
                "complete, \(scan.pickles.count) pickle\(scan.pickles.count == 1 ? "" : "s") read to \(scan.pickles.count == 1 ? "its" : "their") end"
        }
        return "complete (\(title(inspection)) holds no pickle)"
    }

    private static func title(_ inspection: SafetyInspection) -> String {
        ["hdf5": "HDF5", "onnx": "ONNX"][inspection.kind] ?? (inspection.kind == "file" ? "it" : inspection.kind)
    }

    /// One line for each name and reason, with the first place and the number of others.
    private static func findings(_ scan: SafetyScan, _ verdict: GlobalVerdict) -> [String] {
        var places: [String: (first: SafetyScan.Finding, count: Int)] = [:]
        var order: [String] = []
        for finding in scan.findings where finding.verdict == verdict {
            let key = "\(finding.fullName)\n\(finding.reason ?? "")"
            if places[key] == nil { order.append(key) }
            places[key, default: (finding, 0)].count += 1
        }
        return order.compactMap { key in
            guard let (finding, count) = places[key] else { return nil }
            let reason = finding.reason.map { ": \($0)" } ?? ""
            let more = count > 1 ? ", and \(count - 1) times more" : ""
            return
                "    \(verdict.rawValue): \(finding.fullName)\(reason), \(finding.opcode) at offset \(finding.offset) of \(finding.place)\(more)"
        }
    }

    private static func capped(_ lines: [String]) -> [String] {
        lines.count > listed ? lines.prefix(listed) + ["    and \(lines.count - listed) more"] : lines
    }

    static func json(_ inspection: SafetyInspection) -> String { JSONValue.object(object(inspection)).text(pretty: true) }

    /// The same as a JSON object.
    static func object(_ inspection: SafetyInspection) -> JSONObject {
        let scan = inspection.scan
        var root = JSONObject([
            "format_version": .integer(1), "file": .string(inspection.file.name), "format": .string(inspection.kind),
        ])
        root.append("complete", .boolean(scan.isComplete))
        root.append("verdict", .string(scan.verdict.rawValue))
        root.append("cleared", .boolean(scan.isCleared))
        root.append("obstacles", .array(scan.obstacles.map { .string($0) }))
        root.append(
            "globals",
            .array(
                scan.findings.map { finding in
                    var object = JSONObject([
                        "module": .string(finding.module), "name": .string(finding.name), "verdict": .string(finding.verdict.rawValue),
                        "opcode": .string(finding.opcode), "offset": .integer(Int64(finding.offset)), "place": .string(finding.place),
                    ])
                    if let reason = finding.reason { object.append("reason", .string(reason)) }
                    return .object(object)
                }))
        return root
    }
}
