import ConvertFiles
import ConvertIR
import ConvertKit
import ConvertTensors
import Exporters
import PthReader

/// `inspect` for people.
enum InspectText {
    /// How the tensors of the state dict are shown.
    enum Listing {
        /// One line each.
        case tensors
        /// Sums by prefix, down to this many levels.
        case tree(depth: Int)
        /// Their number alone.
        case none
    }

    /// State dicts of up to this many entries are listed by default.
    static let shortList = 60

    static func lines(_ inspection: Inspection, _ report: InspectRows, listing: Listing) -> [String] {
        let opened = inspection.opened
        var lines = ["\(opened.file.path): \(NumberText.bytes(opened.byteCount))"]
        lines.append("  \(SafetyReport.verdict(opened.safety, format: opened.format))")
        if opened.stateDictError == nil { lines += [""] + NetworkText.lines(inspection) }
        lines += stateDict(inspection, report, listing)
        lines += ["", "bytes"] + bytes(inspection)
        lines += metadata(opened)
        lines += sidecars(inspection)
        if !opened.facts.isEmpty { lines += ["", "container"] + indented(TextTable.lines(opened.facts.map { [$0.name, $0.text] })) }
        if opened.stateDictError == nil { lines += list(report, listing) }
        if let check = inspection.check { lines += checkLines(check) }
        return lines
    }

    private static func indented(_ lines: [String]) -> [String] { lines.map { "  " + $0 } }

    private static func bytes(_ inspection: Inspection) -> [String] {
        let opened = inspection.opened
        let total = opened.groups.reduce(0) { $0 + $1.byteCount }
        var rows = opened.groups.map { [$0.name, NumberText.grouped($0.byteCount), NumberText.bytes($0.byteCount)] }
        rows.append(["all", NumberText.grouped(total), NumberText.bytes(total)])
        var lines = indented(TextTable.lines(rows, rightAligned: [1, 2]))
        if let saved = inspection.bytesThatSlimSaves, saved > 0 {
            let share = NumberText.fixed(100 * Double(saved) / Double(max(opened.byteCount, 1)), 1)
            lines.append("  slim would leave out \(NumberText.bytes(saved)) of it (\(share) %)")
        }
        return lines
    }

    private static func metadata(_ opened: OpenedFile) -> [String] {
        var rows: [[String]] = []
        if let checkpoint = opened.checkpoint {
            guard case .dictionary(let root) = checkpoint.root, opened.selection?.path != "" else { return [] }
            for entry in root.entries {
                let key = entry.key.pathComponent
                rows.append([key, ValueText.line(entry.value)])
            }
        } else {
            for member in opened.weights?.metadata.members ?? [] { rows.append([member.key, member.value.string ?? member.value.text()]) }
        }
        return rows.isEmpty ? [] : ["", "entries"] + indented(TextTable.lines(rows))
    }

    private static func sidecars(_ report: Inspection) -> [String] {
        report.sidecars.isEmpty
            ? [] : ["", "in the same folder"] + indented(TextTable.lines(report.sidecars.map { [$0.name, $0.summary] }))
    }

    private static func stateDict(_ inspection: Inspection, _ report: InspectRows, _ listing: Listing) -> [String] {
        let opened = inspection.opened
        if opened.stateDictError != nil { return ["", "state dict: none"] }
        var lines = [""]
        lines += opened.selection.map { StateDictText.lines($0) } ?? ["state dict: the file's tensors"]
        let count = report.rows.count == report.totalRows ? "\(report.totalRows)" : "\(report.rows.count) of \(report.totalRows)"
        var facts = ["\(count) entr\(report.totalRows == 1 ? "y" : "ies")"]
        if let weights = opened.weights {
            let kinds = weights.dtypeCounts.map { "\($0.count) \($0.dtype.rawValue)" }
            if !kinds.isEmpty { facts[0] += " (\(kinds.joined(separator: ", ")))" }
            facts += ["\(NumberText.grouped(weights.parameterCount)) parameters", NumberText.bytes(weights.byteCount)]
        }
        lines.append("  \(facts.joined(separator: ", "))")
        if case .none = listing {
            let names = report.rows.prefix(3).map(\.name).joined(separator: ", ")
            lines.append("  \(names), … (--tensors lists them, --tree sums them up by prefix)")
        }
        return lines
    }

    /// The tensors come last, as there may be hundreds.
    private static func list(_ report: InspectRows, _ listing: Listing) -> [String] {
        switch listing {
        case .none: []
        case .tree(let depth): ["", "tensors"] + indented(StateDictTree(report.rows, depth: depth).lines)
        case .tensors: ["", "tensors"] + tensors(report)
        }
    }

    private static func tensors(_ report: InspectRows) -> [String] {
        let rows = report.rows.map { row -> [String] in
            var notes: [String] = []
            if let strides = row.strides { notes.append("strides \(strides)") }
            if row.offset > 0 { notes.append("offset \(row.offset)") }
            if let alias = row.alias { notes.append("is \(alias)") }
            if let note = row.note { notes.append(note) }
            if let numbers = row.statistics { notes.append(statistics(numbers)) }
            return [row.name, row.kind, shape(row.shape), NumberText.grouped(row.byteCount), notes.joined(separator: "; ")]
        }
        return indented(TextTable.lines(rows, rightAligned: [3]))
    }

    private static func shape(_ sizes: [Int]) -> String { "[" + sizes.map(String.init).joined(separator: ", ") + "]" }

    private static func statistics(_ numbers: TensorStatistics) -> String {
        var parts: [String] = []
        if numbers.nanCount > 0 { parts.append("\(numbers.nanCount) NaN") }
        if numbers.infinityCount > 0 { parts.append("\(numbers.infinityCount) infinite") }
        if let low = numbers.minimum, let high = numbers.maximum, let mean = numbers.mean {
            parts.append("min \(NumberText.short(low)) max \(NumberText.short(high)) mean \(NumberText.short(mean))")
        }
        return parts.joined(separator: ", ")
    }

    private static func checkLines(_ check: NumberCheck) -> [String] {
        let nans = check.statistics.values.reduce(0) { $0 + $1.nanCount }
        let infinities = check.statistics.values.reduce(0) { $0 + $1.infinityCount }
        var lines = ["", "check"]
        lines.append(
            check.comparedChecksums == 0
                ? "  checksums: none are recorded in this file"
                : "  checksums: \(check.comparedChecksums) compared, \(check.damage.count) wrong")
        lines += check.damage.map { "  damaged: \($0)" }
        lines.append("  numbers: \(NumberText.counted(check.statistics.count, "tensor")), \(nans) NaN, \(infinities) infinite")
        return lines
    }
}
