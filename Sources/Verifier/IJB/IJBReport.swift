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
        var object = JSONObject(["protocol": .string("ijb 1:1"), "lists": .array(lists.map { .string($0) })])
        object.append("num_pictures", .integer(Int64(pictureCount)))
        object.append("num_templates", .integer(Int64(templateCount)))
        object.append("num_media", .integer(Int64(mediaCount)))
        for member in rates.json(width: width).members { object.append(member.key, member.value) }
        for note in notes { object.append(note.name, .string(note.value)) }
        return object
    }
}
