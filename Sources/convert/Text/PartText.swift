import ConvertFiles
import ConvertJSON
import ConvertKit

/// Parts of work, for people and as JSON.
enum PartText {
    /// Does a part, and prints what came of it.
    static func perform(isQuiet: Bool, isJSON: Bool, _ run: (EventHandler) throws -> PartReport) throws -> Int32 {
        let printer = EventPrinter(isQuiet: isQuiet)
        Interruption.setFarewell(EventText.farewell)
        defer { Interruption.setFarewell(nil) }
        let report: PartReport
        do { report = try run(printer.handle) } catch {
            printer.clear()
            throw error
        }
        printer.clear()
        if isJSON {
            Terminal.print(JSONValue.object(document(report)).text(pretty: true))
        } else if !isQuiet {
            Terminal.print(lines: [line(report)])
        }
        return ExitStatus.fine
    }

    private static func line(_ report: PartReport) -> String {
        var text =
            "\(report.folder): part \(report.shard.text), \(NumberText.grouped(report.done)) of "
            + NumberText.counted(report.count, "file")
        if report.failed > 0 { text += ", \(NumberText.grouped(report.failed)) could not be used" }
        if report.withoutFace > 0 { text += ", \(NumberText.grouped(report.withoutFace)) without a face" }
        if report.wasThere { return text + "; it was there already" }
        return report.resumed > 0 ? text + "; \(NumberText.grouped(report.resumed)) of them were done before" : text
    }

    private static func document(_ report: PartReport) -> JSONObject {
        var root = JSONObject(["format_version": .integer(1), "folder": .string(report.folder)])
        for (name, number) in [
            ("shard", report.shard.index), ("of", report.shard.count), ("count", report.count), ("done", report.done),
            ("failed", report.failed), ("without_face", report.withoutFace), ("resumed", report.resumed),
        ] { root.append(name, .integer(Int64(number))) }
        root.append("was_there", .boolean(report.wasThere))
        return root
    }

    static func lines(_ report: MergeReport) -> [String] {
        var text =
            "\(report.output): \(report.work) of \(NumberText.counted(report.items, "item")), from \(NumberText.counted(report.parts, "part"))"
        if report.withoutFace > 0 { text += ", \(NumberText.grouped(report.withoutFace)) without a face" }
        if !report.failures.isEmpty { text += "; \(NumberText.grouped(report.failures.count)) could not be used" }
        return [text]
    }

    static func document(_ safety: MergedSafety, output: String, status: Int32) -> JSONObject {
        JSONObject([
            "format_version": .integer(1), "work": .string("inspect --safety"), "output": .string(output),
            "parts": .integer(Int64(safety.partCount)), "items": .integer(Int64(safety.fileCount)), "exit_code": .integer(Int64(status)),
        ])
    }

    static func document(_ report: MergeReport) -> JSONObject {
        JSONObject([
            "format_version": .integer(1), "work": .string(report.work), "output": .string(report.output),
            "parts": .integer(Int64(report.parts)), "items": .integer(Int64(report.items)),
            "without_face": .integer(Int64(report.withoutFace)),
            "failed": ResultJSON.failures(report.failures.map { (path: $0.path, reason: ErrorText.line($0.reason)) }),
        ])
    }
}
