import ConvertFiles
import Verifier

/// How scores are judged, and where the result goes.
public struct Judging: Sendable {
    /// How thresholds are chosen.
    public var rule = EvaluationProtocol.reference
    /// Folds to make of pairs that are not LFW's; nil for LFW's own.
    public var folds: Int?
    /// Figures that are compared with.
    public var expectations = Expectations()
    /// Whether the mean embedding of the other folds is subtracted before each fold is judged; needs embeddings.
    public var subtractsMean = false
    /// The false match rate to find a threshold for, between 0 and 1; nil for none.
    public var falseMatchRate: Double?
    /// Which group each person belongs to; nil for groups that the list of pairs gives, if it does.
    package var groups: PersonGroups?
    /// Seed of the bootstrap.
    public var seed = LFWEvaluation.defaultSeed
    /// The folder for the report and its tables; nil for none.
    public var outputFolder: String?
    /// Whether files in it may be replaced.
    public var isReplacing = false
    /// The pictures' folder, if the report shows photographs of the worst pairs.
    public var photographsFolder: String?
    /// The name and version of the program, for the report.
    public var program: (name: String, version: String)?

    /// The reference project's way, without files.
    public init() {}

    /// Whether a figure is compared with a different one.
    public var hasExpectations: Bool { expectations.accuracy != nil || expectations.area != nil || expectations.baseline != nil }

    /// Checks the output folder, if there is one; to be called before any long work.
    func folder(_ contents: ReportFolder.Contents, inputs: [FileIdentity]) throws -> ReportFolder? {
        try outputFolder.map { try ReportFolder($0, replacing: isReplacing, contents: contents, inputs: inputs) }
    }

    /// The group of each pair: the list's own, or by its people; nil if nothing divides them.
    func groups(of list: PairList, name: String) throws(LFWError) -> [String]? {
        guard let groups else { return list.groups }
        guard list.groups == nil else { throw .groupsTwice(pairs: name) }
        return try groups.ofPairs(list, listName: name)
    }

    /// Computes all figures and writes the files.
    /// - Parameters:
    ///   - folder: what `folder(_:inputs:)` gave.
    ///   - embeddings: what the scores were made from; written if they are given.
    ///   - against: a second model's name and scores, in place of a baseline; written if they are given.
    func conclude(
        _ table: ScoreTable, provenance: EvaluationProvenance, embeddings: EmbeddingTable? = nil,
        against: (name: String, scores: ScoreTable, rounded: RoundedModels?)? = nil, folder: ReportFolder?
    ) throws -> EvaluationResult {
        var expectations = expectations
        if let against { expectations.baseline = Baseline(against.scores, name: against.name, rounded: against.rounded) }
        let evaluation: LFWEvaluation
        var provenance = provenance
        if subtractsMean, let embeddings {
            evaluation = try LFWEvaluation(
                foldTables: try embeddings.scoresWithoutMean(of: table.pairs), by: rule, seed: seed, falseMatchRate: falseMatchRate)
            provenance.notes.append(.init("mean", "that of the other folds' embeddings was subtracted"))
        } else {
            evaluation = LFWEvaluation(table, by: rule, seed: seed, falseMatchRate: falseMatchRate)
        }
        let judgment = try Judgment(evaluation, expectations: expectations, margin: provenance.mtcnnMargin)
        let groups = try groups(of: table.pairs, name: provenance.pairsFile ?? "the pairs")
        if let program { provenance.notes.append(.init(program.name, program.version)) }
        let report = EvaluationReport(
            evaluation, judgment: judgment, provenance: provenance, embeddings: embeddings, otherScores: against?.scores,
            groups: groups.map { GroupRates(evaluation, groups: $0) })
        let written = try folder?.write(report, photographs: photographs) ?? []
        return EvaluationResult(report: report, folder: folder?.path, written: written)
    }

    /// Bytes of an image, if photographs are wanted.
    private var photographs: ((String) -> [UInt8]?)? {
        photographsFolder.map { root in { path in (try? MappedFile(path: PicturePath.of(path, below: root)))?.bytes.array } }
    }
}
