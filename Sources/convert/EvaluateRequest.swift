import Faces
import Files
import IR
import Inference
import Verifier

/// What `evaluate` is asked to do, each argument checked for its kind.
struct EvaluateRequest {
    static let flags = JudgingOptions.flags.union(["--help", "--tta-flip", "--exact", "--allow-missing", "--no-cache", "--verbose"])
    static let single = JudgingOptions.single.union(FaceOptions.single).union(RunnableModel.options).union([
        "--pairs-file", "--checkpoint", "--backbone", "--batch-size", "--num-workers", "--device", "--cache", "--crops", "--against",
    ])
    static let table = OptionTable(
        flags: flags, single: single, short: JudgingOptions.short.merging(["-h": "--help"]) { first, _ in first })

    let model: String
    let against: String?
    let architecture: String?
    let root: String?
    let cropsFolder: String?
    let pairsFile: String
    let flips: Bool
    let allowsMissing: Bool
    let executor: FastExecutor.Options
    let cacheFolder: String?
    let keepsNothing: Bool
    /// Files that are written beside the usual ones.
    var contents: ReportFolder.Contents { against == nil ? .embeddings : [.embeddings, .otherScores] }
    /// Options that mean something elsewhere and nothing here, told.
    let notes: [String]

    init(_ parsed: ParsedArguments) throws {
        let operand = parsed.operands.first
        if parsed.operands.count > 1 { throw UsageError.surplusArgument(parsed.operands[1], command: "evaluate") }
        if let operand, parsed.value("--checkpoint") != nil { throw UsageError.conflict(operand, "--checkpoint") }
        guard let model = operand ?? parsed.value("--checkpoint") else { throw UsageError.missingArgument("MODEL", command: "evaluate") }
        self.model = model
        guard let pairs = parsed.value("--pairs-file") else { throw UsageError.missingArgument("--pairs-file FILE", command: "evaluate") }
        pairsFile = pairs
        (root, cropsFolder) = (parsed.value("--lfw-root"), parsed.value("--crops"))
        guard root != nil || cropsFolder != nil else { throw UsageError.missingArgument("--lfw-root DIR", command: "evaluate") }
        if cropsFolder != nil {
            for option in [
                "--crop", "--preprocess", "--mtcnn-margin", "--min-face-size", "--thresholds", "--factor", "--selection", "--mtcnn-weights",
                "--exif",
            ]
            where parsed.value(option) != nil { throw UsageError.noEffect(option, reason: "--crops takes finished crops") }
        }
        if parsed.value("--arch") != nil, parsed.value("--backbone") != nil { throw UsageError.conflict("--arch", "--backbone") }
        architecture = parsed.value("--arch") ?? parsed.value("--backbone")
        against = parsed.value("--against")
        if against != nil, parsed.value("--baseline") != nil { throw UsageError.conflict("--against", "--baseline") }
        (flips, allowsMissing) = (parsed.has("--tta-flip"), parsed.has("--allow-missing"))
        var options = FastExecutor.Options()
        options.isExact = parsed.has("--exact")
        // Each thread takes images of its own through the network: four at once keep its layers in the cache; fewer on many cores, whose
        // memory adds up.
        let threads = Workers(count: try parsed.integer("--threads", in: 1...1024)).count
        (options.threads, options.imagesAtOnce) = (1, min(4, max(1, 32 / threads)))
        if let size = try parsed.integer("--batch-size", in: 1...1 << 20) { options.imagesAtOnce = min(size, options.imagesAtOnce) }
        executor = options
        (cacheFolder, keepsNothing) = (parsed.value("--cache"), parsed.has("--no-cache"))
        if cacheFolder != nil, keepsNothing { throw UsageError.conflict("--cache", "--no-cache") }
        var notes: [String] = []
        if try parsed.integer("--num-workers", in: 0...1 << 20) != nil {
            notes.append("--num-workers means nothing here: all cores are used (--threads bounds them)")
        }
        if let device = parsed.value("--device"), device != "cpu" {
            notes.append("--device \(device) means nothing here: everything runs on the processor")
        }
        self.notes = notes
    }
}
