/// Mean and spread of the folds' accuracies, all as fractions of 1.
package struct AccuracySpread: Sendable, Equatable {
    /// Mean over folds.
    package let mean: Double
    /// Population standard deviation over folds (NumPy's `std`, ddof 0): what the reference project, facenet and insightface print after ±.
    package let standardDeviation: Double
    /// Standard error of the mean: the sample standard deviation (ddof 1) over the square root of the number of folds, as the LFW report
    /// requires.
    package let standardError: Double

    /// - Parameter accuracies: One per fold, at least two.
    package init(_ accuracies: [Double]) {
        let count = Double(max(accuracies.count, 1))
        let mean = NumpySum.sum(accuracies[...]) / count
        let squares = accuracies.map { ($0 - mean) * ($0 - mean) }
        let total = NumpySum.sum(squares[...])
        self.mean = mean
        standardDeviation = (total / count).squareRoot()
        standardError = (total / max(count - 1, 1) / count).squareRoot()
    }
}
