import ConvertFiles
import ConvertInference
import Verifier

/// What an evaluation is asked to do.
public struct EvaluationRequest: Sendable {
    /// The model that is evaluated.
    public var model: ModelSource
    /// A second model on the same crops; nil for none.
    public var against: ModelSource?
    /// The list of pairs: LFW's own pairs.txt, or lines of path, path and label. Empty if `sets` are evaluated.
    public var pairsFile: String
    /// Sets of finished pictures in pairs (insightface's `.bin`) in place of a list and its pictures: `SetEvaluation`.
    public var sets: [String] = []
    /// The folder of the pictures.
    public var root: String?
    /// The folder of finished crops, which then replace the pictures.
    public var cropsFolder: String?
    /// What was decided of crops.
    public var faces = FaceChoice()
    /// What is done with mirror images; nil for what the protocol says, which is nothing except for insightface's.
    public var mirror: MirrorUse?
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
    /// Whether reports say how long the work took; they differ from run to run then.
    public var reportsTime = false
    /// A folder with all parts of the embeddings, which then replace the work on pictures; nil to do that work.
    public var parts: String?
    /// How scores are judged.
    public var judging = Judging()

    /// An evaluation with everything else as usual.
    public init(_ model: ModelSource, pairsFile: String) {
        self.model = model
        self.pairsFile = pairsFile
    }

    /// An evaluation on sets, with everything else as usual.
    public init(_ model: ModelSource, sets: [String]) {
        self.init(model, pairsFile: "")
        self.sets = sets
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
