import ConvertJSON

extension AcceptRates {
    /// Counts and rates; fractions of 1.
    /// - Parameter width: numbers of a vector; nil to leave that out.
    func json(width: Int? = nil) -> JSONObject {
        func step(_ step: Step) -> JSONValue {
            .object(
                JSONObject([
                    "tar": .number(Double(step.trueAccepts) / Double(sameCount)),
                    "far": .number(Double(step.falseAccepts) / Double(differentCount)),
                    "true_accepts": .integer(Int64(step.trueAccepts)), "false_accepts": .integer(Int64(step.falseAccepts)),
                    "threshold": step.score.isFinite ? .number(step.score) : .null,
                ]))
        }
        var object = JSONObject(["num_same_pairs": .integer(Int64(sameCount)), "num_different_pairs": .integer(Int64(differentCount))])
        if let width { object.append("embedding_size", .integer(Int64(width))) }
        object.append(
            "tar_at_far",
            .array(
                points.map { point in
                    .object(
                        JSONObject([
                            "far": .number(point.target), "nearest": step(point.nearest), "at_most": step(point.cautious),
                            "too_few_pairs": .boolean(!point.isSupported),
                        ]))
                }))
        object.append("roc_auc", .number(area))
        object.append("roc_auc_doubled_wins", .integer(Int64(doubledWins)))
        object.append("equal_error_rate", .number(equalErrorRate))
        return object
    }
}
