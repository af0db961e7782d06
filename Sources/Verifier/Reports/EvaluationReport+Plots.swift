import ConvertFiles

/// The plots of a report; raw values are names of files without their endings.
package enum ReportPlot: String, CaseIterable, Sendable {
    case curve = "roc_curve"
    case logCurve = "roc_curve_log"
    case tradeoff = "det_curve"
    case histogram = "score_histogram"
    case confusion = "confusion_matrix"
}

extension EvaluationReport {
    /// What pairs were evaluated.
    var name: String { evaluation.table.pairs.setName ?? (evaluation.isLFW ? "LFW" : "Not LFW") }

    /// What is called by these figures: the model, or the file of pairs or scores.
    package var modelName: String { PathText.shown(provenance.checkpoint ?? provenance.pairsFile ?? "pair scores") }

    /// Another model or run whose scores of the same pairs are known.
    var other: (name: String, evaluation: LFWEvaluation)? {
        judgment.comparison.flatMap { comparison in comparison.evaluation.map { (PathText.shown(comparison.name), $0) } }
    }

    private func subtitle(_ models: String) -> String {
        "\(models), \(NumberText.grouped(evaluation.table.pairs.pairs.count)) pairs, \(evaluation.isLFW ? "LFW" : name)"
    }

    /// One of the plots.
    func plot(_ kind: ReportPlot) -> any Plot {
        var curves = [PlottedCurve(name: modelName, curve: evaluation.curve, index: 0)]
        if let other { curves.append(PlottedCurve(name: other.name, curve: other.evaluation.curve, index: 1)) }
        let (subtitle, both) = (subtitle(modelName), subtitle(curves.map(\.name).joined(separator: " and ")))
        switch kind {
        case .curve: return CurvePlot(curves: curves, title: "ROC", subtitle: both)
        case .logCurve: return LogCurvePlot(curves: curves, title: "ROC, logarithmic", subtitle: both)
        case .tradeoff: return TradeoffPlot(curves: curves, title: "DET", subtitle: both)
        case .histogram: return histogram(subtitle)
        case .confusion:
            return ConfusionPlot(
                confusion: evaluation.confusion, title: "Decisions of \(evaluation.folds.count) folds", subtitle: subtitle)
        }
    }

    private func histogram(_ subtitle: String) -> HistogramPlot {
        let table = evaluation.table
        func scores(isSame: Bool) -> [Float] {
            table.scores.indices.filter { table.pairs.pairs[$0].isSame == isSame }.map { table.scores[$0] }
        }
        return HistogramPlot(
            same: scores(isSame: true), different: scores(isSame: false),
            threshold: evaluation.protocolRule.cosine(evaluation.globalBest.threshold), title: "Scores of pairs", subtitle: subtitle)
    }
}
