/// Counts of decisions against the truth; positive means the same person.
package struct Confusion: Sendable, Equatable {
    /// Same person, accepted.
    package var truePositive = 0
    /// Different people, accepted.
    package var falsePositive = 0
    /// Different people, rejected.
    package var trueNegative = 0
    /// Same person, rejected.
    package var falseNegative = 0

    /// All counts zero.
    package init() {}

    /// Counts one decision.
    package mutating func count(isSame: Bool, isAccepted: Bool) {
        switch (isSame, isAccepted) {
        case (true, true): truePositive += 1
        case (false, true): falsePositive += 1
        case (false, false): trueNegative += 1
        case (true, false): falseNegative += 1
        }
    }

    /// Correct decisions.
    package var correct: Int { truePositive + trueNegative }
    /// All decisions.
    package var total: Int { correct + falsePositive + falseNegative }
    /// Share of correct decisions, 0…1; 0 if there are none.
    package var accuracy: Double { total > 0 ? Double(correct) / Double(total) : 0 }

    /// Adds both counts.
    package static func + (one: Confusion, other: Confusion) -> Confusion {
        var sum = one
        sum.truePositive += other.truePositive
        sum.falsePositive += other.falsePositive
        sum.trueNegative += other.trueNegative
        sum.falseNegative += other.falseNegative
        return sum
    }
}
