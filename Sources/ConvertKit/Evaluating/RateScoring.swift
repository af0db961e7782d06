import ConvertFiles
import ConvertInference
import ConvertJSON
import Verifier

/// Accept rates of a list of pairs of any length: one pass over the list in blocks, exact histograms of the blocks' scores, and one merge of
/// those. Neither pairs nor scores are ever in memory together, and embeddings stay in their file.
public struct RateScoring: Sendable {
    /// The list: lines of two names and a label.
    public let pairsFile: String
    /// The embeddings: an `.npz` with paths, or an `.npy` whose rows the list names by their numbers.
    public let embeddings: String
    private let list: PairBlocks
    private let rows: EmbeddingRows
    private let workers: Workers

    static let workName = "score"

    /// Opens both files. Throws `FileError`, `NumpyError`, `ZipError` or `LFWError`.
    /// - Parameter threads: nil for one per core.
    public init(pairsFile: String, embeddings: String, threads: Int? = nil) throws {
        (self.pairsFile, self.embeddings) = (pairsFile, embeddings)
        list = try PairBlocks(path: pairsFile)
        rows = try EmbeddingRows(try MappedFile(path: embeddings))
        workers = Workers(count: threads)
    }

    /// Scores the whole list.
    public func run(events: EventHandler = { _ in }) throws -> RateResult {
        let runs = try SpilledRuns()
        try score(0..<list.count, events) { try runs.append($0) }
        return RateResult(
            report: PairRatesReport(
                try AcceptRates(file: pairsFile, runs: runs.merged), notes: RateScoring.notes(settings)))
    }

    /// Scores one part of the list.
    public func run(_ shard: Shard, folder: String, events: EventHandler = { _ in }) throws -> PartReport {
        let identity = PartIdentity(work: RateScoring.workName, manifest: SHA256Digest(of: list.file.bytes), settings: settings)
        return try PartWork(folder: PartFolder(folder), shard: shard, identity: identity, items: list.count).run { writer, range in
            try score(range, events) { try writer.append(PartRecord(meta: JSONObject(), payload: $0.bytes)) }
        }
    }

    private var settings: JSONObject {
        JSONObject([
            "pairs_file": .string(PathText.baseName(pairsFile)), "embeddings": .string(PathText.baseName(embeddings)),
            "embeddings_sha256": .string(rows.digest.text),
        ])
    }

    static func notes(_ settings: JSONObject) -> [EvaluationProvenance.Note] {
        ["pairs_file", "embeddings", "embeddings_sha256"].compactMap { name in settings[name]?.string.map { .init(name, $0) } }
    }

    private func score(_ range: Range<Int>, _ events: EventHandler, each: (ScoreRun) throws -> Void) throws {
        let (list, rows) = (list, rows)
        try workers.inOrder(
            range.count, make: { index in Result { try list.run(range.lowerBound + index, rows) } },
            use: { index, made in
                try each(try made.get())
                events(.progress(done: index + 1, total: range.count, unit: .blocks))
            })
        try list.file.checkUnchanged()
        try rows.checkUnchanged()
    }
}

/// What accept rates were found.
public struct RateResult: Sendable {
    /// Every rate.
    package let report: PairRatesReport
    /// Every figure as JSON.
    public var metrics: String { JSONValue.object(report.json).text(pretty: true) }
}

/// Runs of scores in a file without a name, which goes away with the process.
final class SpilledRuns {
    private let output: OutputFile
    private var ranges: [Range<Int>] = []

    /// In the folder for temporary files: `TMPDIR`, or `/tmp`.
    init() throws {
        let folder = EnvironmentVariable.path("TMPDIR") ?? "/tmp"
        output = try OutputFile(target: PathText.join(folder, "convert-scores.runs"), replacing: true, inputs: [])
    }

    func append(_ run: ScoreRun) throws {
        let start = output.position
        try output.write(run.bytes)
        if !run.bytes.isEmpty { ranges.append(start..<output.position) }
    }

    func merged() throws -> MergedRuns {
        try output.flush()
        guard !ranges.isEmpty else { return try MergedRuns([]) }
        let bytes = try output.readBack().bytes
        return try MergedRuns(try ranges.map { try bytes.window(at: $0.lowerBound, count: $0.count) })
    }
}

/// The rates of all parts of a list.
struct MergedRates {
    let parts: PartSet

    /// Writes the figures as JSON, as the scoring of the whole list prints them.
    func write(to path: String, replacing: Bool) throws -> MergeReport {
        let settings = parts.identity.settings
        let runs = try parts.payloads()
        let rates = try AcceptRates(file: settings["pairs_file"]?.string ?? "the pairs") { try MergedRuns(runs) }
        let result = RateResult(report: PairRatesReport(rates, notes: RateScoring.notes(settings)))
        let output = try OutputFile(target: path, replacing: replacing, inputs: [])
        try output.write(Array((result.metrics + "\n").utf8))
        try output.commit()
        var report = MergeReport(work: parts.identity.work, output: path, parts: parts.parts.count)
        report.items = parts.items
        return report
    }
}
