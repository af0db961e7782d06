import ConvertFiles
import ConvertJSON

/// What 1:1 verification of IJB-B's or IJB-C's templates found.
package struct IJBReport: Sendable {
    /// Every rate.
    package let rates: AcceptRates
    /// Base names of the lists.
    package let lists: [String]
    /// Pictures of all templates; one that belongs to several counts for each.
    package let pictureCount: Int
    package let templateCount: Int
    /// Media of all templates.
    package let mediaCount: Int
    /// Numbers of a vector.
    package let width: Int
    /// Where the vectors come from, as name and value.
    package let notes: [EvaluationProvenance.Note]

    package init(_ lists: IJBLists, width: Int, rates: AcceptRates, notes: [EvaluationProvenance.Note]) {
        self.rates = rates
        self.lists = lists.names
        pictureCount = lists.pictures.count
        templateCount = lists.templates.count
        mediaCount = lists.mediaCount
        self.width = width
        self.notes = notes
    }

    /// All of it; fractions of 1.
    package var json: JSONObject {
        func step(_ step: AcceptRates.Step) -> JSONValue {
            .object(
                JSONObject([
                    "tar": .number(Double(step.trueAccepts) / Double(rates.sameCount)),
                    "far": .number(Double(step.falseAccepts) / Double(rates.differentCount)),
                    "true_accepts": .integer(Int64(step.trueAccepts)), "false_accepts": .integer(Int64(step.falseAccepts)),
                    "threshold": step.score.isFinite ? .number(step.score) : .null,
                ]))
        }
        var object = JSONObject(["protocol": .string("ijb 1:1"), "lists": .array(lists.map { .string($0) })])
        object.append("num_pictures", .integer(Int64(pictureCount)))
        object.append("num_templates", .integer(Int64(templateCount)))
        object.append("num_media", .integer(Int64(mediaCount)))
        object.append("num_same_pairs", .integer(Int64(rates.sameCount)))
        object.append("num_different_pairs", .integer(Int64(rates.differentCount)))
        object.append("embedding_size", .integer(Int64(width)))
        object.append(
            "tar_at_far",
            .array(
                rates.points.map { point in
                    .object(
                        JSONObject([
                            "far": .number(point.target), "nearest": step(point.nearest), "at_most": step(point.cautious),
                            "too_few_pairs": .boolean(!point.isSupported),
                        ]))
                }))
        object.append("roc_auc", .number(rates.area))
        object.append("roc_auc_doubled_wins", .integer(Int64(rates.doubledWins)))
        object.append("equal_error_rate", .number(rates.equalErrorRate))
        for note in notes { object.append(note.name, .string(note.value)) }
        return object
    }
}
