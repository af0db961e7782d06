import ConvertFiles

/// A figure by which several models are set side by side.
package struct ComparedFigure: Sendable {
    /// Its name in tables of files, such as `equal_error_rate`.
    package let key: String
    /// Its heading for people, with its unit.
    package let heading: String
    /// A shorter heading, for tables with many columns.
    package let shortHeading: String
    /// The figure; fractions of 1.
    package let value: @Sendable (LFWEvaluation) -> Double
    private let isShare: Bool
    private let decimals: Int

    private init(
        _ key: String, _ heading: String, short: String? = nil, isShare: Bool = true, decimals: Int = 4,
        _ value: @escaping @Sendable (LFWEvaluation) -> Double
    ) {
        (self.key, self.heading, self.isShare, self.decimals, self.value) = (key, heading, isShare, decimals, value)
        shortHeading = short ?? heading
    }

    /// The figure for people, in its heading's unit.
    package func text(_ evaluation: LFWEvaluation) -> String {
        let value = value(evaluation)
        return isShare ? NumberText.percent(value, decimals) : NumberText.fixed(value, decimals)
    }

    /// Accuracy, its deviation over folds, AUC, EER, and true accept rates: at the usual bounds on false accepts and at those beyond that the
    /// number of pairs supports.
    package static func all(for evaluation: LFWEvaluation) -> [ComparedFigure] {
        let limits = ErrorRates.decades.filter { limit in
            LFWEvaluation.falseAcceptLimits.contains(limit) || evaluation.curve.errorRates(falseMatchLimit: limit).isSupported
        }
        return [
            ComparedFigure("ten_fold_accuracy_mean", "accuracy %") { $0.spread.mean },
            ComparedFigure("ten_fold_accuracy_std", "± std") { $0.spread.standardDeviation },
            ComparedFigure("roc_auc", "AUC", isShare: false, decimals: 6) { $0.curve.area },
            ComparedFigure("equal_error_rate", "EER %") { $0.curve.equalErrorRate },
        ]
            + limits.map { limit in
                ComparedFigure("tar_at_far_\(limit)", "TAR % at FAR \(limit)", short: "TAR@\(limit)", decimals: 2) {
                    $0.curve.operatingPoint(falseAcceptLimit: limit).trueAcceptRate
                }
            }
    }
}
