import ConvertFiles
import Verifier

/// Every figure of an evaluation from scores, or from vectors that any engine made.
public enum Scoring {
    /// From a file of scores, as the reference project writes `pair_scores.csv`.
    public static func judge(scores path: String, by judging: Judging, pictures root: String? = nil) throws -> EvaluationResult {
        let file = try MappedFile(path: path)
        let folder = try judging.folder([], inputs: [file.identity])
        let scores = try ScoreTable(file, folds: judging.folds)
        try file.checkUnchanged()
        return try judging.conclude(scores, provenance: provenance(pairs: file.name, root), folder: folder)
    }

    /// From embeddings in an `.npz`, `.npy` or `.csv`, and a list of pairs.
    public static func judge(
        embeddings path: String, pairsFile: String, by judging: Judging, pictures root: String? = nil
    ) throws -> EvaluationResult {
        let list = try PairListFile(path: pairsFile, folds: judging.folds)
        let (file, pairs) = (try MappedFile(path: path), list.pairs)
        let folder = try judging.folder(.embeddings, inputs: list.identities + [file.identity])
        let embeddings = try EmbeddingTable(file, for: pairs)
        try list.checkUnchanged()
        try file.checkUnchanged()
        var provenance = provenance(pairs: list.name, root)
        provenance.notes.append(.init("embeddings", file.name))
        return try judging.conclude(try embeddings.scores(of: pairs), provenance: provenance, embeddings: embeddings, folder: folder)
    }

    private static func provenance(pairs: String, _ root: String?) -> EvaluationProvenance {
        var provenance = EvaluationProvenance()
        provenance.pairsFile = pairs
        provenance.lfwRoot = root.map(PathText.baseName)
        return provenance
    }
}
