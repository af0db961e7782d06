import ConvertFiles
import ConvertJSON
import ConvertKit
import PthReader

/// Several scans in the Static Analysis Results Interchange Format, SARIF 2.1.0 (OASIS), which code hosts show beside the files.
struct SweepSARIF: SweepReport {
    /// What can be reported: the identifier, the level of section 3.27.10, and what it means.
    private enum Rule: String, CaseIterable {
        case dangerous = "dangerous-name"
        case unknown = "unknown-name"
        case incomplete = "scan-not-complete"
        case unreadable = "file-not-readable"

        var level: String { self == .unknown ? "warning" : "error" }

        var meaning: String {
            switch self {
            case .dangerous: "Loading the file with Python would run programs or code, or reach the network or the file system."
            case .unknown: "The file names a class or function that is not known to be harmless."
            case .incomplete: "Part of the file was not read, or other readers would understand it differently."
            case .unreadable: "The file could not be opened."
            }
        }
    }

    private var results: [JSONValue] = []

    mutating func add(_ entry: SafetySweep.Entry) -> String? {
        results += SweepSARIF.results(entry)
        return nil
    }

    func piece(_ entry: SafetySweep.Entry) -> String { JSONValue.array(SweepSARIF.results(entry)).text() }

    mutating func add(piece: String) -> String? {
        results += (try? JSONParser.parse(piece.utf8))?.array ?? []
        return nil
    }

    private static func results(_ entry: SafetySweep.Entry) -> [JSONValue] {
        var results: [JSONValue] = []
        func append(_ rule: Rule, _ message: String, _ path: String) { results.append(result(rule, message, path)) }
        switch entry.result {
        case .failure: append(.unreadable, entry.reason ?? "", entry.path)
        case .success(let inspection):
            let scan = inspection.scan
            for finding in scan.findings where finding.verdict != .clean {
                let place = finding.place == inspection.file.name ? "" : " of \(finding.place)"
                let reason = finding.reason.map { ": \($0)" } ?? ""
                append(
                    finding.verdict == .dangerous ? .dangerous : .unknown,
                    "\(finding.fullName)\(reason), \(finding.opcode) at offset \(finding.offset)\(place)", entry.path)
            }
            for obstacle in scan.obstacles { append(.incomplete, obstacle, entry.path) }
        }
        return results
    }

    private static func result(_ rule: Rule, _ message: String, _ path: String) -> JSONValue {
        let location = JSONObject(["artifactLocation": .object(JSONObject(["uri": .string(SweepSARIF.reference(path))]))])
        return .object(
            JSONObject([
                "ruleId": .string(rule.rawValue), "level": .string(rule.level),
                "message": .object(JSONObject(["text": .string(PrintedText.oneLine(message))])),
                "locations": .array([.object(JSONObject(["physicalLocation": .object(location)]))]),
            ]))
    }

    /// A path as a URI reference (RFC 3986): everything but unreserved characters and slashes is escaped byte by byte.
    private static func reference(_ path: String) -> String {
        var text = path.hasPrefix("/") ? "file://" : ""
        for byte in PathText.bytes(path) {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x2F, 0x5F, 0x7E: text.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                text += "%" + (digits.count < 2 ? "0" : "") + digits
            }
        }
        return text
    }

    func end(_ counts: SweepCounts) -> String? {
        let rules = Rule.allCases.map { rule in
            JSONValue.object(
                JSONObject([
                    "id": .string(rule.rawValue), "shortDescription": .object(JSONObject(["text": .string(rule.meaning)])),
                    "defaultConfiguration": .object(JSONObject(["level": .string(rule.level)])),
                ]))
        }
        let driver = JSONObject(["name": .string(ProgramVersion.name), "version": .string(Convert.version), "rules": .array(rules)])
        let run = JSONObject([
            "tool": .object(JSONObject(["driver": .object(driver)])),
            "invocations": .array([
                .object(JSONObject(["executionSuccessful": .boolean(true), "exitCode": .integer(Int64(counts.status))]))
            ]),
            "columnKind": .string("unicodeCodePoints"), "results": .array(results),
        ])
        let root = JSONObject([
            "$schema": .string("https://json.schemastore.org/sarif-2.1.0.json"), "version": .string("2.1.0"),
            "runs": .array([.object(run)]),
        ])
        return JSONValue.object(root).text(pretty: true)
    }
}
