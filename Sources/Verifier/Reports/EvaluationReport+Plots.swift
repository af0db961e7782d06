extension EvaluationReport {
    private var name: String { evaluation.table.pairs.setName ?? (evaluation.isLFW ? "LFW" : "Not LFW:") }

    /// The ROC curve.
    var curvePlot: some Plot { CurvePlot(curve: evaluation.curve, title: "\(name) ROC curve") }

    /// The DET curve.
    var tradeoffPlot: some Plot { TradeoffPlot(curve: evaluation.curve, title: "\(name) DET curve") }

    /// The decisions.
    var confusionPlot: some Plot {
        ConfusionPlot(confusion: evaluation.confusion, title: "\(name) confusion matrix, \(evaluation.folds.count) folds")
    }

    /// The scores.
    var histogramPlot: some Plot {
        let table = evaluation.table
        func scores(isSame: Bool) -> [Float] {
            table.scores.indices.filter { table.pairs.pairs[$0].isSame == isSame }.map { table.scores[$0] }
        }
        return HistogramPlot(
            same: scores(isSame: true), different: scores(isSame: false),
            threshold: evaluation.protocolRule.cosine(evaluation.globalBest.threshold), title: "\(name) pair scores")
    }
}
