/// Both kinds of error at one threshold, as ISO/IEC 19795-1 names them: how often two people match, and how often one person does not.
package struct ErrorRates: Sendable, Equatable {
    /// The bound on the false match rate.
    package let limit: Double
    /// Matching pairs of different people, and how many pairs of different people there are.
    package let falseMatches: Int
    package let differentCount: Int
    /// Pairs of one person that do not match, and how many pairs of one person there are.
    package let falseNonMatches: Int
    package let sameCount: Int
    /// The lowest score that matches; infinite if none does.
    package let score: Float
    /// How many false matches the bound allows.
    package let allowedFalseMatches: Int

    /// Fewer false matches than this are too few to say much about a rate.
    package static let fewestFalseMatches = 10
    /// Bounds for which rates are reported, if there are enough pairs.
    package static let decades = [1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6]

    /// How many false matches a bound on their rate allows among so many pairs of different people; a product that rounding put below a whole
    /// number counts as that number.
    static func allowedFalseMatches(_ limit: Double, of count: Int) -> Int {
        Int((min(max(limit, 0), 1) * Double(count) * (1 + 1e-12)).rounded(.down))
    }

    /// Where false accepts and false rejects are equally frequent: the root of 1 − x − tpr(x).
    enum Crossing {
        /// False and true accept rate at one threshold.
        typealias Rates = (falseAccepts: Double, trueAccepts: Double)

        /// The false accept rate at the root, on the straight line between two neighboring points of a curve; nil if it comes later.
        static func rate(between before: Rates, and after: Rates) -> Double? {
            // Negative until the two rates meet, positive after that.
            let (gap, nextGap) = (before.falseAccepts - (1 - before.trueAccepts), after.falseAccepts - (1 - after.trueAccepts))
            guard nextGap >= 0 else { return nil }
            return nextGap > gap
                ? before.falseAccepts + (after.falseAccepts - before.falseAccepts) * (-gap / (nextGap - gap)) : after.falseAccepts
        }
    }

    /// False match rate, FMR: the share of different-people pairs that match.
    package var falseMatchRate: Double { Double(falseMatches) / Double(max(differentCount, 1)) }
    /// False non-match rate, FNMR: the share of same-person pairs that do not match.
    package var falseNonMatchRate: Double { Double(falseNonMatches) / Double(max(sameCount, 1)) }
    /// Share of same-person pairs that match.
    package var trueAcceptRate: Double { Double(sameCount - falseNonMatches) / Double(max(sameCount, 1)) }
    /// In which the true false match rate is found with 95 % confidence, at this threshold.
    package var falseMatchInterval: ShareInterval { ShareInterval(falseMatches, of: differentCount) }
    /// In which the true false non-match rate is found with 95 % confidence, at this threshold.
    package var falseNonMatchInterval: ShareInterval { ShareInterval(falseNonMatches, of: sameCount) }
    /// Whether the number of pairs supports a figure at this bound: whether it allows at least ten false matches.
    package var isSupported: Bool { allowedFalseMatches >= ErrorRates.fewestFalseMatches }
}

extension ROCCurve {
    /// The rates at the lowest threshold whose false match rate is at most `limit`, over all pairs.
    package func errorRates(falseMatchLimit limit: Double) -> ErrorRates {
        let point = operatingStep(falseAcceptLimit: limit)
        return ErrorRates(
            limit: limit, falseMatches: point.falseAccepts, differentCount: differentCount,
            falseNonMatches: sameCount - point.trueAccepts, sameCount: sameCount, score: point.score,
            allowedFalseMatches: allowedFalseAccepts(limit))
    }
}
