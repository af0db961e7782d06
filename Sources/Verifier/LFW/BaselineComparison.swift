/// How an evaluation differs from a baseline.
package struct BaselineComparison: Sendable, Equatable {
    /// Base name of the baseline's file.
    package let name: String
    /// The baseline's figures, computed from its scores if it has scores.
    package let figures: Baseline.Figures
    /// All figures of the baseline's scores, if it has scores.
    package let evaluation: LFWEvaluation?
    /// Which of two models was rounded; nil if neither was.
    package let rounded: RoundedModels?
    /// The comparison pair by pair, if the baseline has scores.
    package let agreement: ModelAgreement?

    /// - Parameter margin: The run's crop margin, which selects the figures of a baseline that has several.
    /// - Throws: `LFWError.differentPairs` if the baseline's scores belong to different pairs.
    init(_ baseline: Baseline, against evaluation: LFWEvaluation, margin: Int?) throws(LFWError) {
        (name, rounded) = (baseline.name, baseline.rounded)
        switch baseline.content {
        case .figures:
            figures = baseline.figures(margin: margin) ?? Baseline.Figures()
            (agreement, self.evaluation) = (nil, nil)
        case .scores(let pairs, let scores):
            // The pairs are the same, so the folds are too.
            let table = try ScoreTable(
                pairs: evaluation.table.pairs,
                scores: try PairKey.scores(scores, of: pairs, inOrderOf: evaluation.table.pairs.pairs, name: baseline.name))
            let other = LFWEvaluation(table, by: evaluation.protocolRule, seed: evaluation.bootstrap.seed)
            agreement = try ModelAgreement(evaluation, other, name: baseline.name)
            self.evaluation = other
            var figures = Baseline.Figures()
            figures.accuracy = other.spread.mean
            figures.standardDeviation = other.spread.standardDeviation
            figures.foldAccuracies = other.folds.map(\.confusion.accuracy)
            figures.area = other.curve.area
            let confusion = other.confusion
            figures.confusion = [
                [confusion.trueNegative, confusion.falsePositive], [confusion.falseNegative, confusion.truePositive],
            ]
            self.figures = figures
        }
    }
}
