import ConvertFiles
import ConvertIR
import ConvertKit
import ConvertTensors
import Exporters
import Glibc
import PthReader

/// One row per entry of the state dict, before it is laid out.
struct InspectRows {
    struct Row {
        let name: String
        let kind: String
        let shape: [Int]
        let strides: [Int]?
        let offset: Int
        let byteCount: Int
        let alias: String?
        let note: String?
        let statistics: TensorStatistics?
        var isTensor = true
    }

    let rows: [Row]
    /// Entries without a filter.
    let totalRows: Int

    /// Throws if a pattern matches no name.
    init(_ inspection: Inspection, globs: [String]) throws(SlimError) {
        let all = InspectRows.rows(inspection.opened, check: inspection.check)
        totalRows = all.count
        rows = globs.isEmpty ? all : all.filter { row in globs.contains { fnmatch($0, row.name, 0) == 0 } }
        for glob in globs where !all.contains(where: { fnmatch(glob, $0.name, 0) == 0 }) {
            throw .nothingMatches(.shownKeys, pattern: glob, examples: Array(all.prefix(2).map(\.name)))
        }
    }

    private static func rows(_ opened: OpenedFile, check: NumberCheck?) -> [Row] {
        let aliases = Dictionary(
            (opened.weights?.aliases ?? []).map { ($0.name, $0.of) }, uniquingKeysWith: { first, _ in first })
        func row(_ name: String, _ tensor: Tensor, kind: String? = nil, note: String?) -> Row {
            Row(
                name: name, kind: kind ?? tensor.dtype.rawValue, shape: tensor.shape, strides: tensor.isContiguous ? nil : tensor.strides,
                offset: tensor.offset, byteCount: tensor.byteCount, alias: aliases[name], note: note, statistics: check?.statistics[name])
        }
        guard let selection = opened.selection else {
            return (opened.weights?.entries ?? []).map {
                row($0.name, $0.tensor, note: $0.tensor.dtype.isTorch ? nil : "sizes count bytes")
            }
        }
        return selection.dictionary.entries.map { entry in
            let name = entry.key.pathComponent
            switch entry.value {
            case .tensor(let tensor):
                var notes: [String] = []
                if let className = tensor.className { notes.append(className) }
                if tensor.isConjugated { notes.append("conjugated") }
                if tensor.isNegated { notes.append("negated") }
                if tensor.location != "cpu" { notes.append(tensor.location) }
                return row(name, tensor.tensor, note: notes.isEmpty ? nil : notes.joined(separator: ", "))
            case .quantizedTensor(let tensor):
                let note: String
                switch tensor.scheme {
                case .perTensor(let scale, let zero): note = "\(tensor.schemeName), scale \(scale), zero point \(zero)"
                case .perChannel(let scales, _, let axis):
                    note = "\(tensor.schemeName), \(scales.tensor.elementCount) scales along axis \(axis)"
                }
                return row(name, tensor.integers.tensor, note: note)
            case .sparseTensor(let tensor):
                let parts = tensor.parts.map { "\($0.name) \($0.tensor.tensor.dtype.rawValue)\($0.tensor.tensor.shape)" }.joined(
                    separator: ", ")
                return Row(
                    name: name, kind: tensor.layout, shape: tensor.shape, strides: nil, offset: 0,
                    byteCount: tensor.parts.reduce(0) { $0 + $1.tensor.tensor.byteCount }, alias: nil, note: parts, statistics: nil)
            default:
                let kind = entry.value.nonTensorKind
                let isObject = if case .placeholder = entry.value { true } else { false }
                return Row(
                    name: name, kind: isObject ? "object" : entry.value.kindName, shape: [], strides: nil, offset: 0, byteCount: 0,
                    alias: nil, note: kind == entry.value.kindName ? "not a tensor" : "not a tensor: \(kind)", statistics: nil,
                    isTensor: false)
            }
        }
    }
}
