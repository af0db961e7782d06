import ConvertFiles
import ConvertJSON

/// Accept rates of a list of pairs of any length.
package struct PairRatesReport: Sendable {
    /// Every rate.
    package let rates: AcceptRates
    /// Where the scores come from, as name and value.
    package let notes: [EvaluationProvenance.Note]

    package init(_ rates: AcceptRates, notes: [EvaluationProvenance.Note]) { (self.rates, self.notes) = (rates, notes) }

    /// All of it; fractions of 1.
    package var json: JSONObject {
        var object = JSONObject(["format_version": .integer(1), "protocol": .string("pairs 1:1")])
        for member in rates.json().members { object.append(member.key, member.value) }
        for note in notes { object.append(note.name, .string(note.value)) }
        return object
    }
}
