import ConvertFiles
import ConvertJSON

/// The two tables of an alignment, written row by row: the same bytes as `FaceTable` gives, in memory for one row.
struct FaceTableFiles {
    private let csv, json: OutputFile
    private var isEmpty = true

    /// - Parameters:
    ///   - tree: where the tables go.
    ///   - settings: the members that say how faces were found and cut out.
    init(_ tree: AlignedTree, _ settings: JSONObject) throws {
        csv = try tree.file("faces.csv")
        json = try tree.file("faces.json")
        try csv.write(Array((FaceTable.header + "\n").utf8))
        // All but the brace and the line break at the end.
        let members = JSONValue.object(FaceTable.root(settings)).text(pretty: true).dropLast(2)
        try json.write(Array("\(members),\n  \"images\": [".utf8))
    }

    mutating func append(_ row: FaceTable.Row) throws {
        try csv.write(Array(row.csv.utf8))
        // Line breaks are only between members; in a text they are escaped.
        let text = row.json.text(pretty: true).replacing("\n", with: "\n    ")
        try json.write(Array("\(isEmpty ? "" : ",")\n    \(text)".utf8))
        isEmpty = false
    }

    /// Gives both files their names.
    func finish() throws {
        try json.write(Array((isEmpty ? "]\n}" : "\n  ]\n}").utf8))
        try csv.commit()
        try json.commit()
    }
}
