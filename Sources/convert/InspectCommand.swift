import Architectures
import Exporters
import Files
import Glibc
import IR
import PthReader
import Tensors

/// `convert inspect FILE`: what is in a file, for people or as JSON.
enum InspectCommand {
    static var table: OptionTable {
        OptionTable(
            flags: ["--json", "--check", "--safety", "--graph", "--dot", "--help", "--verbose"], single: RunnableModel.options,
            repeated: ["--keys"], short: ["-h": "--help"])
    }

    static func run(_ arguments: [String]) throws -> ExitStatus {
        let parsed = try ParsedArguments(arguments, table: table, command: "inspect")
        if parsed.has("--help") {
            Terminal.print(HelpText.inspect)
            return .fine
        }
        let path = try parsed.onlyOperand(named: "FILE", command: "inspect")
        if parsed.has("--safety") {
            let asJSON = parsed.has("--json")
            try parsed.finish(because: "--safety only scans")
            return try safety(path, asJSON: asJSON)
        }
        if parsed.has("--graph") || parsed.has("--dot") {
            if parsed.has("--graph"), parsed.has("--dot") { throw UsageError.conflict("--graph", "--dot") }
            let kind = parsed.has("--dot") ? "--dot" : "--graph"
            try parsed.refuse(["--check", "--keys"], because: "\(kind) only prints the graph")
            try parsed.refuse(["--json"], because: "\(kind) prints text; --json without it has the graph too")
        }
        let opened = try FormatRegistry.open(path, options: OpenOptions(stateDictPath: parsed.value("--state-dict")))
        if let failure = opened.stateDictError, parsed.value("--state-dict") != nil { throw failure }
        let choice = try ContractOptions.choice(parsed, architecture: parsed.value("--arch"))
        if parsed.has("--graph") || parsed.has("--dot") {
            Terminal.print(try InspectNetwork.graph(opened, choice: choice, asDOT: parsed.has("--dot")))
            return .fine
        }
        let check = parsed.has("--check") ? try InspectCheck(opened) : nil
        try opened.checkUnchanged()
        let report = try InspectReport(opened, globs: parsed.all("--keys"), check: check, network: InspectNetwork(opened, choice: choice))
        Terminal.print(parsed.has("--json") ? InspectJSON.text(report) : InspectText.text(report))
        if let failure = opened.stateDictError { throw failure }
        if let damage = check?.damage.first {
            Terminal.error("convert: \(damage)")
            return .failed
        }
        return check.map { $0.hasNonFinite } == true ? .checkFailed : .fine
    }

    private static func safety(_ path: String, asJSON: Bool) throws -> ExitStatus {
        let inspection = try SafetyInspection(path: path)
        Terminal.print(asJSON ? SafetyReport.json(inspection) : SafetyReport.text(inspection))
        return inspection.status
    }
}

/// `--check`: every recorded checksum, and the numbers of every tensor of the state dict.
struct InspectCheck {
    /// One line for each damaged entry.
    private(set) var damage: [String] = []
    /// Entries whose checksum was compared.
    private(set) var comparedChecksums = 0
    /// Statistics by name; nil for quantized and complex tensors.
    private(set) var statistics: [String: TensorStatistics] = [:]

    var hasNonFinite: Bool { statistics.values.contains { $0.nanCount > 0 || $0.infinityCount > 0 } }

    init(_ opened: OpenedFile) throws {
        for check in opened.checksums {
            do {
                try check.run()
            } catch {
                damage.append("\(error)")
            }
            comparedChecksums += 1
        }
        for entry in opened.weights?.entries ?? [] {
            if let found = try TensorStatistics(of: entry.tensor) { statistics[entry.name] = found }
        }
    }
}

/// Everything that `inspect` shows, before it is laid out.
struct InspectReport {
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

    let opened: OpenedFile
    let rows: [Row]
    let totalRows: Int
    let check: InspectCheck?
    let sidecars: [Sidecar]
    let network: InspectNetwork

    /// Throws if a pattern matches no name.
    init(_ opened: OpenedFile, globs: [String], check: InspectCheck?, network: InspectNetwork) throws(SlimError) {
        self.network = network
        self.opened = opened
        self.check = check
        let all = InspectReport.rows(opened, check: check)
        totalRows = all.count
        rows = globs.isEmpty ? all : all.filter { row in globs.contains { fnmatch($0, row.name, 0) == 0 } }
        for glob in globs where !all.contains(where: { fnmatch(glob, $0.name, 0) == 0 }) {
            throw .nothingMatches(.shownKeys, pattern: glob, examples: Array(all.prefix(2).map(\.name)))
        }
        sidecars = Sidecar.beside(opened.file.path, metadata: opened.weights?.metadata ?? Metadata())
    }

    private static func rows(_ opened: OpenedFile, check: InspectCheck?) -> [Row] {
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
