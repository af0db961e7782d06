/// Both kinds of error in each group of pairs, at one threshold for all.
package struct GroupRates: Sendable, Equatable {
    /// One group.
    package struct Row: Sendable, Equatable {
        /// Its name; all pairs together if nil.
        package let name: String?
        /// Its decisions at the threshold.
        package let confusion: Confusion

        /// Pairs of different people.
        package var differentCount: Int { confusion.falsePositive + confusion.trueNegative }
        /// Pairs of one person.
        package var sameCount: Int { confusion.falseNegative + confusion.truePositive }
        /// FMR, the share of different-people pairs that match; nil if there are none.
        package var falseMatchRate: Double? { differentCount > 0 ? Double(confusion.falsePositive) / Double(differentCount) : nil }
        /// FNMR, the share of same-person pairs that do not match; nil if there are none.
        package var falseNonMatchRate: Double? { sameCount > 0 ? Double(confusion.falseNegative) / Double(sameCount) : nil }
        /// Wilson's 95 % interval of FMR.
        package var falseMatchInterval: ShareInterval { ShareInterval(confusion.falsePositive, of: differentCount) }
        /// Wilson's 95 % interval of FNMR.
        package var falseNonMatchInterval: ShareInterval { ShareInterval(confusion.falseNegative, of: sameCount) }
    }

    /// The threshold, from all pairs: a score, or the protocol's unit.
    package let threshold: Double
    /// The false match rate over all pairs that the threshold was wanted for; nil if it is the one that decides the most pairs correctly.
    package let wantedRate: Double?
    /// All pairs, then the groups in the order of their names' bytes.
    package let rows: [Row]

    /// - Parameter groups: The group of each pair.
    package init(_ evaluation: LFWEvaluation, groups: [String]) {
        let table = evaluation.table
        var ofGroup: [String: Confusion] = [:]
        var all = Confusion()
        let wanted = evaluation.matchThreshold
        wantedRate = wanted?.rates.limit
        threshold = wanted.map { Double($0.rates.score) } ?? evaluation.globalBest.threshold
        for ((pair, score), group) in zip(zip(table.pairs.pairs, table.scores), groups) {
            let isAccepted =
                wanted.map { score >= $0.rates.score }
                ?? evaluation.protocolRule.accepts(score, threshold: evaluation.globalBest.threshold)
            ofGroup[group, default: Confusion()].count(isSame: pair.isSame, isAccepted: isAccepted)
            all.count(isSame: pair.isSame, isAccepted: isAccepted)
        }
        rows =
            [Row(name: nil, confusion: all)]
            + ofGroup.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }.map { Row(name: $0.key, confusion: $0.value) }
    }
}
