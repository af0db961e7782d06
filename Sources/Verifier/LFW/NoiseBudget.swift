/// Pairs so close to their fold's threshold that rounding, a different decoder or a different processor may flip the decision.
package struct NoiseBudget: Sendable, Equatable {
    /// A pair and the distance of its score above the threshold, as a cosine.
    package struct NearPair: Sendable, Equatable {
        /// The pair's index in the list, from 0.
        package let index: Int
        /// Score minus threshold.
        package let margin: Double
    }

    /// Pairs within ±1e-3, nearest first.
    package let withinThousandth: [NearPair]
    /// Those within ±1e-5.
    package var withinHundredThousandth: [NearPair] { withinThousandth.filter { $0.margin.magnitude <= NoiseBudget.fine } }

    /// How far a different order of float32 arithmetic, and a different decoder, may move a score.
    static let coarse = 1e-3
    static let fine = 1e-5

    /// - Parameter margins: For each pair, its score minus its fold's threshold.
    init(margins: [Double]) {
        withinThousandth = margins.enumerated().filter { $0.element.magnitude <= NoiseBudget.coarse }
            .map { NearPair(index: $0.offset, margin: $0.element) }
            .sorted { ($0.margin.magnitude, $0.index) < ($1.margin.magnitude, $1.index) }
    }

    /// Both counts in one sentence.
    package var summary: String {
        let (coarse, fine) = (withinThousandth.count, withinHundredThousandth.count)
        return "\(coarse) \(coarse == 1 ? "pair lies" : "pairs lie") within 1e-3 of their fold's threshold, \(fine) within 1e-5"
    }
}
