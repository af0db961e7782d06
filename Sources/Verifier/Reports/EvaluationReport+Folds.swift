extension EvaluationReport {
    /// `fold_metrics.csv` with the reference project's columns.
    package var foldMetrics: [UInt8] {
        let columns = ["fold", "threshold", "accuracy", "true_positive", "false_positive", "true_negative", "false_negative"]
        var text = CSVTable.line(columns)
        for fold in evaluation.folds {
            let confusion = fold.confusion
            text += CSVTable.line(
                ["\(fold.number)", "\(fold.threshold)", "\(confusion.accuracy)"]
                    + [confusion.truePositive, confusion.falsePositive, confusion.trueNegative, confusion.falseNegative].map(String.init))
        }
        return Array(text.utf8)
    }
}
