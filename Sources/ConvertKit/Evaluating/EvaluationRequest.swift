import ConvertFiles
import ConvertInference
import ConvertJSON
import Verifier

/// What an evaluation is asked to do.
public struct EvaluationRequest: Sendable {
    /// The model that is evaluated.
    public var model: ModelSource
    /// A second model on the same crops; nil for none.
    public var against: ModelSource?
    /// The list of pairs: LFW's own pairs.txt, or lines of path, path and label.
    public var pairsFile: String
    /// The folder of the pictures.
    public var root: String?
    /// The folder of finished crops, which then replace the pictures.
    public var cropsFolder: String?
    /// What was decided of crops.
    public var faces = FaceChoice()
    /// Whether the embedding of a picture is the mean of its own and its mirror image's.
    public var flips = false
    /// Whether pairs whose pictures cannot be used are left out.
    public var allowsMissing = false
    /// Whether convolution runs with short partial sums: slower, and closer to double precision.
    public var isExact = false
    /// Images worked on at once by a thread, at most; nil for what fits the cache.
    public var batchSize: Int?
    /// The folder for crops and embeddings; nil for the usual one.
    public var cacheFolder: String?
    /// Whether nothing is cached.
    public var keepsNothing = false
    /// How scores are judged.
    public var judging = Judging()

    /// An evaluation with everything else as usual.
    public init(_ model: ModelSource, pairsFile: String) {
        self.model = model
        self.pairsFile = pairsFile
    }

    /// How networks run here: each thread takes images of its own through the network. Four at once keep its layers in the cache; fewer on
    /// many cores, whose memory adds up.
    var executor: FastExecutor.Options {
        var options = FastExecutor.Options()
        options.isExact = isExact
        options.threads = 1
        let threads = Workers(count: faces.threads).count
        options.imagesAtOnce = min(4, max(1, 32 / threads))
        if let batchSize { options.imagesAtOnce = min(batchSize, options.imagesAtOnce) }
        return options
    }

    /// Files that are written besides the usual ones.
    var contents: ReportFolder.Contents { against == nil ? .embeddings : [.embeddings, .otherScores] }
}

/// How scores are judged, and where the result goes.
public struct Judging: Sendable {
    /// How thresholds are chosen.
    public var rule = EvaluationProtocol.reference
    /// Folds to make of pairs that are not LFW's; nil for LFW's own.
    public var folds: Int?
    /// Figures that are compared with.
    public var expectations = Expectations()
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

    /// Computes all figures and writes the files.
    /// - Parameters:
    ///   - folder: what `folder(_:inputs:)` gave.
    ///   - embeddings: what the scores were made from; written if they are given.
    ///   - against: a second model's name and scores, in place of a baseline; written if they are given.
    func conclude(
        _ table: ScoreTable, provenance: EvaluationProvenance, embeddings: EmbeddingTable? = nil,
        against: (name: String, scores: ScoreTable)? = nil, folder: ReportFolder?
    ) throws -> EvaluationResult {
        var expectations = expectations
        if let against { expectations.baseline = Baseline(against.scores, name: against.name) }
        let evaluation = LFWEvaluation(table, by: rule, seed: seed)
        let judgment = try Judgment(evaluation, expectations: expectations, margin: provenance.mtcnnMargin)
        var provenance = provenance
        if let program { provenance.notes.append(.init(program.name, program.version)) }
        let report = EvaluationReport(
            evaluation, judgment: judgment, provenance: provenance, embeddings: embeddings, otherScores: against?.scores)
        let written = try folder?.write(report, photographs: photographs) ?? []
        return EvaluationResult(report: report, folder: folder?.path, written: written)
    }

    /// Bytes of an image, if photographs are wanted.
    private var photographs: ((String) -> [UInt8]?)? {
        photographsFolder.map { root in { path in (try? MappedFile(path: PicturePath.of(path, below: root)))?.bytes.array } }
    }
}

/// What an evaluation found.
public struct EvaluationResult: Sendable {
    /// Every figure, and where it comes from.
    package let report: EvaluationReport
    /// The folder that was written to.
    public let folder: String?
    /// Names of the files that were written to it.
    public let written: [String]

    /// Mean accuracy over the folds, as a fraction.
    public var accuracy: Double { report.evaluation.spread.mean }
    /// Standard deviation of the accuracy over the folds (of a population), as a fraction.
    public var accuracyDeviation: Double { report.evaluation.spread.standardDeviation }
    /// The area under the ROC curve, with half a win for ties.
    public var areaUnderCurve: Double { report.evaluation.curve.area }
    /// The rate at which false accepts equal false rejects, as a fraction.
    public var equalErrorRate: Double { report.evaluation.curve.equalErrorRate }
    /// Every figure as JSON, as the file metrics.json has it.
    public var metrics: String { JSONValue.object(report.metrics).text(pretty: true) }

    /// Whether everything is as expected.
    public var isMet: Bool { report.judgment.isMet }
}
