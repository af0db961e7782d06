import ConvertFiles
import ConvertJSON
import ConvertKit
import PthReader

/// What `inspect --safety` prints of several files, in one of four forms.
protocol SweepReport {
    /// What one file adds, to be printed as it comes; nil if the report is printed as a whole.
    mutating func add(_ entry: SafetySweep.Entry) -> String?
    /// What a report of several parts needs of one file.
    func piece(_ entry: SafetySweep.Entry) -> String
    /// The same as `add` of the file that `piece` was made of.
    mutating func add(piece: String) -> String?
    /// What comes after the last file.
    func end(_ counts: SweepCounts) -> String?
}

extension SweepReport {
    mutating func add(_ entry: SafetySweep.Entry) -> String? { add(piece: piece(entry)) }
}

/// How many files came to what.
struct SweepCounts {
    private var counts: [SafetySweep.Outcome: Int] = [:]

    mutating func add(_ outcome: SafetySweep.Outcome) { counts[outcome, default: 0] += 1 }

    subscript(_ outcome: SafetySweep.Outcome) -> Int { counts[outcome] ?? 0 }

    var total: Int { counts.values.reduce(0, +) }

    /// 1 if any file is dangerous, else 2 if any was not read to its end, else 3 if any has unknown names, else 0.
    var status: Int32 {
        let worst = [SafetySweep.Outcome.dangerous, .incomplete, .unreadable, .unknown].first { self[$0] > 0 }
        return SafetyReport.status(worst ?? .clean)
    }

    /// Such as `1,000 files: 997 clean, 2 unknown, 1 dangerous`.
    var text: String {
        let parts = SafetySweep.Outcome.allCases.filter { self[$0] > 0 || $0 == .clean || $0 == .dangerous }
            .map { "\(NumberText.grouped(self[$0])) \($0.rawValue)" }
        return "\(NumberText.grouped(total)) file\(total == 1 ? "" : "s"): \(parts.joined(separator: ", "))"
    }
}

extension SafetySweep.Entry {
    /// Why it is not clean, in one line; nil if it is.
    var reason: String? {
        let text: String?
        switch result {
        case .failure(let error): text = (error as? any DescribedError)?.problem ?? "\(error)"
        case .success(let inspection):
            let scan = inspection.scan
            switch outcome {
            case .clean: text = nil
            case .dangerous: text = SafetyReport.named(scan, .dangerous)
            case .unknown: text = SafetyReport.named(scan, .unknown)
            case .incomplete, .unreadable: text = scan.obstacles.first ?? ""
            }
        }
        return text.map(PrintedText.oneLine)
    }
}

/// One line for each file, and a summary.
struct SweepLines: SweepReport {
    func add(piece: String) -> String? { piece }

    func piece(_ entry: SafetySweep.Entry) -> String {
        let outcome = entry.outcome.rawValue
        let word = outcome + String(repeating: " ", count: max(0, 12 - outcome.count))
        return "\(word)  \(PrintedText.oneLine(entry.path))" + (entry.reason.map { "  (\($0))" } ?? "")
    }

    func end(_ counts: SweepCounts) -> String? { counts.text }
}

/// A JSON object in each line, as `--json` gives for one file, with the file's whole path.
struct SweepJSONLines: SweepReport {
    func add(piece: String) -> String? { piece }

    func piece(_ entry: SafetySweep.Entry) -> String {
        var object: JSONObject
        switch entry.result {
        case .success(let inspection):
            object = SafetyReport.object(inspection)
        case .failure:
            object = JSONObject(["format_version": .integer(1), "file": .string(PathText.baseName(entry.path))])
            object.append("error", .string(entry.reason ?? ""))
        }
        object.append("path", .string(entry.path))
        object.append("outcome", .string(entry.outcome.rawValue))
        return JSONValue.object(object).text(pretty: false)
    }

    func end(_ counts: SweepCounts) -> String? { nil }
}
