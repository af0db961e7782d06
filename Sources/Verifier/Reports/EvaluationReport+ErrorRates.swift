import ConvertFiles
import ConvertJSON

/// Rates of errors, their intervals, and a threshold for a wanted rate, in `metrics.json` and on the page.
extension EvaluationReport {
    /// True accept rates at all decades. The first three are always there; further ones are null if there are too few pairs.
    var trueAccepts: JSONValue {
        .array(
            ErrorRates.decades.map { limit in
                let rates = evaluation.curve.errorRates(falseMatchLimit: limit)
                let isShown = rates.isSupported || LFWEvaluation.falseAcceptLimits.contains(limit)
                return .object(
                    JSONObject([
                        "far_at_most": .number(limit), "tar": isShown ? .number(rates.trueAcceptRate) : .null,
                        "far": isShown ? .number(rates.falseMatchRate) : .null, "threshold": isShown ? score(rates.score) : .null,
                        "too_few_pairs": .boolean(!rates.isSupported),
                    ]))
            })
    }

    /// Both kinds of error at each decade that the number of pairs supports.
    var errorRates: JSONValue {
        .array(evaluation.supportedErrorRates.map { .object(members($0, after: JSONObject(["fmr_at_most": .number($0.limit)]))) })
    }

    /// The threshold for the wanted false match rate; null if none is wanted.
    var thresholdAtRate: JSONValue {
        guard let threshold = evaluation.matchThreshold else { return .null }
        return .object(
            members(
                threshold.rates,
                after: JSONObject([
                    "fmr_wanted": .number(threshold.rates.limit), "too_few_pairs": .boolean(!threshold.rates.isSupported),
                    "threshold_95": .array([score(threshold.lower), score(threshold.upper)]),
                ])))
    }

    /// An interval as an array of two numbers.
    func ends(_ interval: ShareInterval) -> JSONValue { .array([.number(interval.lower), .number(interval.upper)]) }

    private func members(_ rates: ErrorRates, after first: JSONObject) -> JSONObject {
        var object = first
        object.append("threshold", score(rates.score))
        object.append("fmr", .number(rates.falseMatchRate))
        object.append("fmr_95", ends(rates.falseMatchInterval))
        object.append("false_matches", .integer(Int64(rates.falseMatches)))
        object.append("fnmr", .number(rates.falseNonMatchRate))
        object.append("fnmr_95", ends(rates.falseNonMatchInterval))
        object.append("false_non_matches", .integer(Int64(rates.falseNonMatches)))
        return object
    }

    private func score(_ score: Float) -> JSONValue { score.isFinite ? .number(Double(score)) : .null }

    /// Rows of the page's table of figures.
    var errorRows: [(String, String)] {
        var rows = evaluation.supportedErrorRates.map {
            ("False non-matches at a false match rate of \($0.limit)", $0.nonMatchText)
        }
        if let note = evaluation.unsupportedText { rows.append(("Too few pairs", note)) }
        if let threshold = evaluation.matchThreshold {
            rows.append(("Threshold for a false match rate of \(threshold.rates.limit)", threshold.text))
        }
        return rows
    }
}
