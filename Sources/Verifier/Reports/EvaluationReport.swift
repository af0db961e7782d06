/// An evaluation, its expectations and its provenance: everything that the output files show.
package struct EvaluationReport: Sendable {
    /// All figures.
    package let evaluation: LFWEvaluation
    /// Whether the figures are as expected.
    package let judgment: Judgment
    /// What was evaluated and how.
    package let provenance: EvaluationProvenance
    /// The embeddings behind the scores, if available.
    package let embeddings: EmbeddingTable?
    /// A second model's scores over the same pairs, if there is one.
    package let otherScores: ScoreTable?

    /// Rates for each group of pairs; nil if nothing divides them.
    package let groups: GroupRates?

    /// Creates a report; nothing is computed or written.
    package init(
        _ evaluation: LFWEvaluation, judgment: Judgment, provenance: EvaluationProvenance = EvaluationProvenance(),
        embeddings: EmbeddingTable? = nil, otherScores: ScoreTable? = nil, groups: GroupRates? = nil
    ) {
        self.evaluation = evaluation
        self.judgment = judgment
        self.provenance = provenance
        self.embeddings = embeddings
        self.otherScores = otherScores
        self.groups = groups
    }
}
