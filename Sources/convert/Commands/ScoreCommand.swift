import Arguments
import ConvertFiles
import ConvertKit
import Verifier

/// `convert score pair_scores.csv` and `convert score --pairs-file F --embeddings x.npz`: every figure, from scores or from vectors that any
/// engine made.
enum ScoreCommand {
    private static let pairsFile = Option(
        "--pairs-file", "FILE", .file,
        help: "lines of path, path and label, separated by spaces, tabs or commas; columns a,b,same,group,fold; LFW's, CALFW's or CPLFW's "
            + "own list, or CFP's folder Protocol/Split/FP (docs/evaluation.md)", conflicts: ["--ijb"],
        needs: ["--embeddings"])
    private static let embeddings = Option(
        "--embeddings", "FILE", .file,
        help:
            ".npz (paths, embeddings), .npy (one row per path of the pairs, sorted) or .csv (path, numbers); with --ijb an .npy with one row "
            + "per line of its list of pictures", needs: ["--pairs-file", "--ijb"])
    private static let templates = Option(
        "--ijb", "DIR", .folder, help: "templates of IJB-B or IJB-C 1:1, whose lists are in DIR or in DIR/meta", needs: ["--embeddings"])
    private static let mirrored = Option(
        "--mirrored", "FILE", .file, help: "embeddings of the mirror images, which are added", needs: ["--ijb"])

    private static let rates = Flag(
        "--rates",
        help: "only AUC, equal error rate and true accept rates, exact and in one pass, for lists of any length: lines of two paths and a "
            + "label, or of two row numbers of an .npy; neither pairs nor scores are in memory together",
        conflicts: ["--ijb"], needs: ["--pairs-file"])
    private static let shard = Option(
        "--shard", "I/N", ValueKind("an index from 0 and the number of parts, such as 3/16, or auto/16") { ShardChoice($0) },
        help: "only part I of N of the list of pairs, counted from 0; auto takes the index from the scheduler", needs: ["--rates"])

    static let command = Command(
        name: "score", summary: "every LFW figure from scores, or from vectors of any engine",
        usage: [
            "score pair_scores.csv [options]", "score --pairs-file FILE --embeddings FILE [options]",
            "score --ijb DIR --embeddings FILE [--mirrored FILE] [--json]",
            "score --rates --pairs-file FILE --embeddings FILE [--shard I/N --parts DIR] [--json]",
        ],
        operands: [
            Command.Operand("pair_scores.csv", help: "image_a,image_b,label,cosine_score, as the reference project writes it")
        ],
        groups: [
            OptionGroup([pairsFile, embeddings, templates, mirrored]),
            OptionGroup("Lists of any length, many machines:", [rates, shard, ShardOptions.parts, ExecutorOptions.threads]),
            JudgingOptions.group,
        ],
        notes: [
            "Exit codes: 0 fine, 1 not as expected, 2 an error, 64 wrong arguments. Every figure is defined in docs/evaluation.md."
        ], run: run)

    private static func run(_ given: Invocation) throws -> Int32 {
        let isJSON = given[JudgingOptions.json]
        if given[rates] { return try countRates(given, isJSON: isJSON) }
        if let set = given[templates] { return try judgeTemplates(given, set, isJSON: isJSON) }
        if !given.isGiven(JudgingOptions.outputFolder), !isJSON {
            try given.refuse(
                [JudgingOptions.root], because: "scores are judged without pictures; only --output-dir and --json name their folder")
        }
        let judging = try JudgingOptions.judging(given)
        let (root, isQuiet) = (given[JudgingOptions.root], given[JudgingOptions.quiet])
        let result: EvaluationResult
        if let vectors = given[embeddings], let list = given[pairsFile] {
            if let surplus = given.operands.first { throw UsageError.conflict("--embeddings", surplus) }
            try given.finish(because: "nothing of what is asked for uses it")
            result = try Scoring.judge(embeddings: vectors, pairsFile: list, by: judging, pictures: root)
        } else {
            try given.refuse([JudgingOptions.subtractsMean], because: "scores have no mean embedding; --embeddings gives vectors")
            let path = try given.onlyOperand("pair_scores.csv, or --pairs-file and --embeddings")
            try given.finish(because: "nothing of what is asked for uses it")
            result = try Scoring.judge(scores: path, by: judging, pictures: root)
        }
        return EvaluationText.conclude(result, isQuiet: isQuiet, isJSON: isJSON)
    }

    private static func countRates(_ given: Invocation, isJSON: Bool) throws -> Int32 {
        if let surplus = given.operands.first { throw UsageError.conflict("--rates", surplus) }
        guard let list = given[pairsFile], let vectors = given[embeddings] else {
            throw UsageError.needs("--rates", "--pairs-file FILE and --embeddings FILE")
        }
        let (choice, parts, threads, isQuiet) = (
            given[shard], given[ShardOptions.parts], given[ExecutorOptions.threads], given[JudgingOptions.quiet]
        )
        if choice != nil, parts == nil { throw UsageError.needs("--shard", "--parts DIR") }
        try given.finish(because: "--rates only counts")
        let part = try choice?.shard()
        let scoring = try RateScoring(pairsFile: list, embeddings: vectors, threads: threads)
        if let part, let parts {
            return try PartText.perform(isQuiet: isQuiet, isJSON: isJSON) { events in
                try scoring.run(part, folder: parts, events: events)
            }
        }
        let printer = EventPrinter(isQuiet: isQuiet)
        let result = try scoring.run(events: printer.handle)
        printer.clear()
        if isJSON { Terminal.print(result.metrics) } else if !isQuiet { Terminal.print(lines: TemplateText.lines(result.report)) }
        return ExitStatus.fine
    }

    private static func judgeTemplates(_ given: Invocation, _ set: String, isJSON: Bool) throws -> Int32 {
        if let surplus = given.operands.first { throw UsageError.conflict("--ijb", surplus) }
        guard let vectors = given[embeddings] else { throw UsageError.needs("--ijb", "--embeddings FILE") }
        let other = given[mirrored]
        let isQuiet = given[JudgingOptions.quiet]
        try given.finish(because: "templates are judged by IJB's own rules")
        let result = try TemplateScoring.judge(ijb: set, vectors: vectors, mirrored: other)
        if isJSON { Terminal.print(result.metrics) } else if !isQuiet { Terminal.print(lines: TemplateText.lines(result.report)) }
        return ExitStatus.fine
    }
}
