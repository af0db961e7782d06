import Exporters
import Files
import IR
import PthReader
import Tensors

/// `inspect` for people.
enum InspectText {
    static func text(_ report: InspectReport) -> String {
        let opened = report.opened
        var lines = ["\(opened.file.path): \(NumberText.bytes(opened.byteCount))"]
        lines += indented(TextTable.lines(opened.facts.map { [$0.name, $0.text] }))
        lines.append("  \(SafetyReport.verdict(opened.safety, format: opened.format))")
        lines += metadata(opened)
        lines += sidecars(report)
        if opened.stateDictError == nil { lines += [""] + report.network.lines }
        lines += stateDict(report)
        lines.append("")
        lines.append("bytes")
        let total = opened.groups.reduce(0) { $0 + $1.byteCount }
        var rows = opened.groups.map { [$0.name, NumberText.grouped($0.byteCount), NumberText.bytes($0.byteCount)] }
        rows.append(["all", NumberText.grouped(total), NumberText.bytes(total)])
        lines += indented(TextTable.lines(rows, rightAligned: [1, 2]))
        if let check = report.check { lines += checkLines(check, report) }
        return lines.map(PrintedText.oneLine).joined(separator: "\n")
    }

    private static func indented(_ lines: [String]) -> [String] { lines.map { "  " + $0 } }

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

    private static func sidecars(_ report: InspectReport) -> [String] {
        report.sidecars.isEmpty ? [] : ["", "beside it"] + indented(TextTable.lines(report.sidecars.map { [$0.name, $0.summary] }))
    }

    private static func stateDict(_ report: InspectReport) -> [String] {
        let opened = report.opened
        if opened.stateDictError != nil { return ["", "state dict: none"] }
        var lines = [""]
        let parameters = report.rows.filter(\.isTensor).reduce(0) {
            $0 &+ $1.shape.reduce(1, { $0.multipliedReportingOverflow(by: $1).partialValue })
        }
        let count = report.rows.count == report.totalRows ? "\(report.totalRows)" : "\(report.rows.count) of \(report.totalRows)"
        lines += opened.selection.map { StateDictText.lines($0) } ?? ["state dict: the file's tensors"]
        lines.append("  \(count) entries, \(NumberText.grouped(parameters)) elements, \(NumberText.bytes(opened.weights?.byteCount ?? 0))")
        let rows = report.rows.map { row -> [String] in
            var notes: [String] = []
            if let strides = row.strides { notes.append("strides \(strides)") }
            if row.offset > 0 { notes.append("offset \(row.offset)") }
            if let alias = row.alias { notes.append("is \(alias)") }
            if let note = row.note { notes.append(note) }
            if let numbers = row.statistics { notes.append(statistics(numbers)) }
            return [row.name, row.kind, shape(row.shape), NumberText.grouped(row.byteCount), notes.joined(separator: "; ")]
        }
        return lines + indented(TextTable.lines(rows, rightAligned: [3]))
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

    private static func checkLines(_ check: InspectCheck, _ report: InspectReport) -> [String] {
        let nans = check.statistics.values.reduce(0) { $0 + $1.nanCount }
        let infinities = check.statistics.values.reduce(0) { $0 + $1.infinityCount }
        var lines = ["", "check"]
        lines.append(
            check.comparedChecksums == 0
                ? "  checksums: none are recorded in this file"
                : "  checksums: \(check.comparedChecksums) compared, \(check.damage.count) wrong")
        lines += check.damage.map { "  damaged: \($0)" }
        lines.append("  numbers: \(check.statistics.count) tensors, \(nans) NaN, \(infinities) infinite")
        return lines
    }
}

/// A value of a checkpoint in a line.
enum ValueText {
    static func line(_ value: CheckpointValue) -> String {
        switch value {
        case .none: "None"
        case .boolean(let flag): flag ? "True" : "False"
        case .integer(let number): "\(number)"
        case .bigInteger(let text, _): text
        case .float(let number): "\(number)"
        case .complex(let real, let imaginary): "\(real)\(imaginary < 0 ? "" : "+")\(imaginary)j"
        case .string(let text): text.count > 100 ? "\"\(text.prefix(100))…\"" : "\"\(text)\""
        case .bytes(let view), .byteArray(let view): "\(value.kindName) of \(view.count)"
        case .list(let items), .tuple(let items), .set(let items), .frozenSet(let items): sequence(value.kindName, items)
        case .dictionary(let dictionary): self.dictionary(dictionary)
        case .tensor(let tensor): "\(value.kindName) \(tensor.tensor.dtype.rawValue)\(tensor.tensor.shape)"
        case .quantizedTensor(let tensor):
            "quantized \(tensor.integers.tensor.dtype.rawValue)\(tensor.integers.tensor.shape), \(tensor.schemeName)"
        case .sparseTensor(let tensor): "\(tensor.layout) \(tensor.shape)"
        case .storage(let storage): "storage of \(storage.storage.byteCount) bytes (\(storage.dtype.rawValue))"
        case .numpyArray(let array): "numpy array \(array.dtype)\(array.shape)"
        case .numpyScalar(let scalar): "\(line(scalar.value)) (numpy \(scalar.dtype))"
        case .torchDType(let name): "torch.\(name)"
        case .numpyDType(let name): "numpy dtype \(name)"
        case .size(let sizes): "torch.Size\(sizes)"
        case .device(let name): "device \(name)"
        case .path(let text): "path \(text)"
        case .date(let text): text
        case .global(let name): "class or function \(name)"
        case .placeholder(let object): placeholder(object)
        case .cycle: "(itself)"
        }
    }

    private static func sequence(_ kind: String, _ items: [CheckpointValue]) -> String {
        let isShort = items.count <= 8 && items.allSatisfy { !$0.isLarge }
        return isShort ? "\(kind) (\(items.map(line).joined(separator: ", ")))" : "\(kind) of \(items.count)"
    }

    private static func dictionary(_ dictionary: CheckpointDictionary) -> String {
        let keys = dictionary.entries.map(\.key.pathComponent)
        let shown = keys.prefix(4).joined(separator: ", ")
        return "\(dictionary.kind.rawValue) of \(keys.count): \(shown)\(keys.count > 4 ? ", …" : "")"
    }

    private static func placeholder(_ object: Placeholder) -> String {
        var parts: [String] = []
        if !object.arguments.isEmpty { parts.append("\(object.arguments.count) arguments") }
        if !object.states.isEmpty {
            parts.append("state \(object.states.map { $0.isLarge ? $0.kindName : line($0) }.joined(separator: ", "))")
        }
        if !object.items.isEmpty { parts.append("\(object.items.count) items") }
        if !object.entries.entries.isEmpty { parts.append("\(object.entries.entries.count) entries") }
        return "object of \(object.className)" + (parts.isEmpty ? "" : " (\(parts.joined(separator: "; ")))")
    }
}

extension CheckpointValue {
    /// Whether a line would not hold it inside another value.
    fileprivate var isLarge: Bool {
        switch self {
        case .list, .tuple, .set, .frozenSet, .dictionary, .placeholder: true
        default: false
        }
    }
}
