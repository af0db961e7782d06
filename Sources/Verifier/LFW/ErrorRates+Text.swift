import ConvertFiles

extension ShareInterval {
    /// Both ends in percent, without the sign; with more decimals if the whole interval is close to 0.
    package var text: String {
        let decimals = upper < 1e-4 ? 6 : upper < 1e-2 ? 4 : 2
        return "\(NumberText.percent(lower, decimals)) … \(NumberText.percent(upper, decimals))"
    }
}

extension ErrorRates {
    /// The false non-match rate and its interval.
    package var nonMatchText: String {
        "\(NumberText.percent(falseNonMatchRate, 2)) % (\(NumberText.grouped(falseNonMatches)) of \(NumberText.grouped(sameCount)); 95 %: "
            + "\(falseNonMatchInterval.text))"
    }

    /// The false match rate that is reached, and its interval.
    package var matchText: String {
        "\(NumberText.percent(falseMatchRate)) % (\(NumberText.grouped(falseMatches)) of \(NumberText.grouped(differentCount)); 95 %: "
            + "\(falseMatchInterval.text))"
    }
}

extension MatchThreshold {
    /// The threshold, its interval, and its rates.
    package var text: String {
        let (from, to) = (lower.isFinite ? "\(lower)" : "below every score", upper.isFinite ? "\(upper)" : "above every score")
        let start = rates.score.isFinite ? "score >= \(rates.score)" : "no score is high enough"
        return "\(start) (95 %: \(from) … \(to)): FMR \(rates.matchText), FNMR \(rates.nonMatchText)"
            + (rates.isSupported ? "" : "; too few pairs to be sure of")
    }
}

extension GroupRates {
    /// What the threshold is, in a sentence.
    package func rule(unit: String) -> String {
        if let wantedRate {
            return "threshold for a false match rate of \(wantedRate) over all pairs: "
                + (threshold.isFinite ? "score >= \(threshold)" : "no score is high enough")
        }
        return "threshold that decides the most of all pairs correctly: \(threshold) (\(unit))"
    }
}

extension LFWEvaluation {
    /// The interval from resampling people.
    package var peopleText: String {
        guard let people else { return "not known: paths do not say who the pictures show" }
        return "\(NumberText.percent(people.lower, 2)) … \(NumberText.percent(people.upper, 2)) % (\(NumberText.grouped(people.resamples)) "
            + "resamplings of \(NumberText.grouped(people.people)) people)"
    }

    /// Rates at each decade that the number of pairs supports.
    package var supportedErrorRates: [ErrorRates] { allErrorRates.filter(\.isSupported) }

    /// Decades with too few pairs, in a sentence; nil if there are enough for all.
    package var unsupportedText: String? {
        let limits = allErrorRates.filter { !$0.isSupported }.map { "\($0.limit)" }
        guard !limits.isEmpty else { return nil }
        return "too few pairs at \(limits.joined(separator: ", ")): \(NumberText.grouped(curve.differentCount)) pairs of different people "
            + "allow fewer than \(ErrorRates.fewestFalseMatches) false accepts"
    }

    private var allErrorRates: [ErrorRates] { ErrorRates.decades.map { curve.errorRates(falseMatchLimit: $0) } }
}
