import Files
import Verifier

/// `convert score pair_scores.csv` and `convert score --pairs-file F --embeddings x.npz`: every figure, from scores or from vectors that any
/// engine made.
enum ScoreCommand {
    static let table = OptionTable(
        flags: JudgingOptions.flags.union(["--help"]), single: JudgingOptions.single.union(["--pairs-file", "--embeddings"]),
        short: JudgingOptions.short.merging(["-h": "--help"]) { first, _ in first })

    static func run(_ arguments: [String]) throws -> ExitStatus {
        let parsed = try ParsedArguments(arguments, table: table, command: "score")
        if parsed.has("--help") {
            Terminal.print(HelpText.score)
            return .fine
        }
        if let vectors = parsed.value("--embeddings") { return try score(vectors: vectors, parsed) }
        if parsed.value("--pairs-file") != nil { throw UsageError.needs("--pairs-file", "--embeddings FILE") }
        let path = try parsed.onlyOperand(named: "pair_scores.csv, or --pairs-file and --embeddings", command: "score")
        let options = try judging(parsed)
        let file = try MappedFile(path: path)
        let folder = try options.folder([], inputs: [file.identity])
        let scores = try ScoreTable(file, folds: options.folds)
        try file.checkUnchanged()
        return try options.conclude(scores, provenance: provenance(options, pairs: file), folder: folder)
    }

    private static func score(vectors: String, _ parsed: ParsedArguments) throws -> ExitStatus {
        if let surplus = parsed.operands.first { throw UsageError.conflict("--embeddings", surplus) }
        guard let pairsPath = parsed.value("--pairs-file") else { throw UsageError.needs("--embeddings", "--pairs-file FILE") }
        let options = try judging(parsed)
        let (pairsFile, file) = (try MappedFile(path: pairsPath), try MappedFile(path: vectors))
        let folder = try options.folder(.embeddings, inputs: [pairsFile.identity, file.identity])
        let pairs = try PairList(pairsFile, folds: options.folds)
        let embeddings = try EmbeddingTable(file, for: pairs)
        for read in [pairsFile, file] { try read.checkUnchanged() }
        var provenance = provenance(options, pairs: pairsFile)
        provenance.notes.append(.init("embeddings", file.name))
        return try options.conclude(try embeddings.scores(of: pairs), provenance: provenance, embeddings: embeddings, folder: folder)
    }

    private static func judging(_ parsed: ParsedArguments) throws -> JudgingOptions {
        if parsed.value("--output-dir") == nil, !parsed.has("--json") {
            try parsed.refuse(["--lfw-root"], because: "scores are judged without pictures; only --output-dir and --json name their folder")
        }
        let options = try JudgingOptions(parsed)
        try parsed.finish(because: "nothing of what is asked for uses it")
        return options
    }

    private static func provenance(_ options: JudgingOptions, pairs: MappedFile) -> EvaluationProvenance {
        var provenance = EvaluationProvenance()
        provenance.pairsFile = pairs.name
        provenance.lfwRoot = options.lfwRoot.map(PathText.baseName)
        return provenance
    }
}
