import ConvertFiles
import ConvertJSON
import ConvertKit

/// `inspect` of several files: one line for each.
struct InspectTable {
    private var rows = [["file", "format", "size", "network", "parameters", "epoch", "pickles"]]
    private var problems: [(path: String, reason: String)] = []
    private var (others, withoutNetwork) = (0, 0)

    /// Files that could not be read.
    var failures: Int { problems.count }

    mutating func add(_ entry: InspectionSweep.Entry) {
        switch entry.result {
        case .success(let file):
            if file.architecture == nil { withoutNetwork += 1 }
            rows.append([
                entry.path, file.format, NumberText.bytes(file.byteCount), file.architecture ?? "-",
                file.parameters > 0 ? NumberText.grouped(file.parameters) : "-", file.epoch.map { "\($0)" } ?? "-", file.verdict,
            ])
        case .failure(let error) where ManyFiles.isOther(error, below: entry.below): others += 1
        case .failure(let error):
            rows.append([entry.path, "not read", "-", "-", "-", "-", entry.outcome == .dangerous ? "dangerous" : "-"])
            problems.append((entry.path, InspectTable.reason(error)))
        }
    }

    /// The table, then why files could not be read.
    var lines: [String] {
        var notes = ["pickles: what their names say; inspect --safety reads all of a file"]
        if withoutNetwork > 0 { notes.append("without a network: \(withoutNetwork); inspect FILE says why") }
        if others > 0 { notes.append("other files, not read: \(others)") }
        return TextTable.lines(rows, rightAligned: [2, 4, 5]) + [""] + notes
            + problems.map { "not read: \($0.reason.contains($0.path) ? "" : "\($0.path): ")\($0.reason)" }
    }

    /// One file as a line of JSON.
    static func json(_ entry: InspectionSweep.Entry) -> String {
        var object = JSONObject(["format_version": .integer(1), "path": .string(entry.path)])
        switch entry.result {
        case .success(let file):
            object.append("format", .string(file.format))
            object.append("bytes", .integer(Int64(file.byteCount)))
            object.append("architecture", file.architecture.map { .string($0) } ?? .null)
            if let failure = file.networkFailure { object.append("network_error", .string(reason(failure))) }
            object.append("parameters", .integer(Int64(file.parameters)))
            object.append("epoch", file.epoch.map { .integer(Int64($0)) } ?? .null)
            object.append("verdict", .string(file.verdict))
        case .failure(let error):
            object.append("error", .string(reason(error)))
            object.append("verdict", entry.outcome == .dangerous ? .string("dangerous") : .null)
        }
        return JSONValue.object(object).text(pretty: false)
    }

    private static func reason(_ error: any Error) -> String {
        PrintedText.oneLine((error as? any DescribedError)?.problem ?? "\(error)")
    }
}
