/// Pairs so near to their fold's threshold that rounding, another decoder or another processor may move them to its other side.
public struct NoiseBudget: Sendable, Equatable {
    /// A pair and how far its score lies above the threshold, as a cosine.
    public struct NearPair: Sendable, Equatable {
        /// Its place in the list, from 0.
        public let index: Int
        /// Score less threshold.
        public let margin: Double
    }

    /// Pairs within ±1e-3, nearest first.
    public let withinThousandth: [NearPair]
    /// Those within ±1e-5.
    public var withinHundredThousandth: [NearPair] { withinThousandth.filter { $0.margin.magnitude <= NoiseBudget.fine } }

    /// What float32 arithmetic in another order, and another decoder, may move a score by.
    static let coarse = 1e-3
    static let fine = 1e-5

    /// - Parameter margins: for each pair, its score less its fold's threshold.
    init(margins: [Double]) {
        withinThousandth = margins.enumerated().filter { $0.element.magnitude <= NoiseBudget.coarse }
            .map { NearPair(index: $0.offset, margin: $0.element) }
            .sorted { ($0.margin.magnitude, $0.index) < ($1.margin.magnitude, $1.index) }
    }

    /// Both counts in a sentence.
    public var summary: String {
        let (coarse, fine) = (withinThousandth.count, withinHundredThousandth.count)
        return "\(coarse) \(coarse == 1 ? "pair lies" : "pairs lie") within 1e-3 of their fold's threshold, \(fine) within 1e-5"
    }
}
