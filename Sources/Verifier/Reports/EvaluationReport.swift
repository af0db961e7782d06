/// An evaluation, what was expected of it, and what it was made from: everything that the output files show.
public struct EvaluationReport: Sendable {
    /// All figures.
    public let evaluation: LFWEvaluation
    /// Whether they are as expected.
    public let judgment: Judgment
    /// What was evaluated and how.
    public let provenance: EvaluationProvenance
    /// The embeddings that the scores were made from, where they are at hand.
    public let embeddings: EmbeddingTable?
    /// A second model's scores over the same pairs, where there is one.
    public let otherScores: ScoreTable?

    /// A report; nothing is computed or written.
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
