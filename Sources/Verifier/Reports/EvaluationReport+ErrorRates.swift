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

    /// The interval from resampling people; null if it is not known who the pictures show.
    var peopleInterval: JSONValue {
        guard let people = evaluation.people else { return .null }
        return .object(
            JSONObject([
                "lower": .number(people.lower), "upper": .number(people.upper), "resamples": .integer(Int64(people.resamples)),
                "people": .integer(Int64(people.people)), "seed": .unsigned(people.seed),
            ]))
    }

    /// Points of the DET curve, ten bounds a decade.
    var tradeoff: JSONValue {
        .array(
            DetectionErrorTradeoff.points(evaluation.curve).map { rates in
                .object(
                    JSONObject([
                        "fmr_at_most": .number(rates.limit), "threshold": score(rates.score), "fmr": .number(rates.falseMatchRate),
                        "fnmr": .number(rates.falseNonMatchRate),
                    ]))
            })
    }

    /// Rates for each group; null if nothing divides the pairs.
    var groupRates: JSONValue {
        guard let groups else { return .null }
        let rows = groups.rows.map { row in
            JSONValue.object(
                JSONObject([
                    "group": row.name.map { .string($0) } ?? .null, "different_pairs": .integer(Int64(row.differentCount)),
                    "false_matches": .integer(Int64(row.confusion.falsePositive)), "fmr": row.falseMatchRate.map { .number($0) } ?? .null,
                    "fmr_95": ends(row.falseMatchInterval), "same_pairs": .integer(Int64(row.sameCount)),
                    "false_non_matches": .integer(Int64(row.confusion.falseNegative)),
                    "fnmr": row.falseNonMatchRate.map { .number($0) } ?? .null, "fnmr_95": ends(row.falseNonMatchInterval),
                ]))
        }
        return .object(
            JSONObject([
                "threshold": groups.threshold.isFinite ? .number(groups.threshold) : .null,
                "fmr_wanted": groups.wantedRate.map { .number($0) } ?? .null, "groups": .array(rows),
            ]))
    }

    /// `det_curve.csv`: every step of the curve, from nothing matching to everything.
    package var tradeoffTable: [UInt8] {
        var text = CSVTable.line(["threshold", "fmr", "fnmr"])
        for point in evaluation.curve.points {
            text += CSVTable.line(
                [
                    point.score.isFinite ? "\(point.score)" : "inf", "\(evaluation.curve.falseAcceptRate(point))",
                    "\(1 - evaluation.curve.trueAcceptRate(point))",
                ])
        }
        return Array(text.utf8)
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
            ("False non-matches at FMR \($0.limit)", $0.nonMatchText)
        }
        if let note = evaluation.unsupportedText { rows.append(("Rates that are not given", note)) }
        if let threshold = evaluation.matchThreshold {
            rows.append(("Threshold for FMR \(threshold.rates.limit)", threshold.text))
        }
        return rows
    }
}
