/// An evaluation, its expectations and its provenance: everything that the output files show.
public struct EvaluationReport: Sendable {
    /// All figures.
    public let evaluation: LFWEvaluation
    /// Whether the figures are as expected.
    public let judgment: Judgment
    /// What was evaluated and how.
    public let provenance: EvaluationProvenance
    /// The embeddings behind the scores, if available.
    public let embeddings: EmbeddingTable?
    /// A second model's scores over the same pairs, if there is one.
    public let otherScores: ScoreTable?

    /// Creates a report; nothing is computed or written.
    public init(
        _ evaluation: LFWEvaluation, judgment: Judgment, provenance: EvaluationProvenance = EvaluationProvenance(),
        embeddings: EmbeddingTable? = nil, otherScores: ScoreTable? = nil
    ) {
        self.evaluation = evaluation
        self.judgment = judgment
        self.provenance = provenance
        self.embeddings = embeddings
        self.otherScores = otherScores
    }
}
