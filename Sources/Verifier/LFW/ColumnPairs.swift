import ConvertFiles

/// Comma-separated pairs whose first line names the columns, in any order: `a` and `b` (paths), `same` (1 or 0), and optionally `group` and
/// `fold`.
enum ColumnPairs {
    private enum Column: String, CaseIterable {
        case a, b, same, group, fold

        /// Names that a header may give it.
        var names: [String] {
            switch self {
            case .a: ["a", "image_a", "path_a"]
            case .b: ["b", "image_b", "path_b"]
            case .same: ["same", "label", "is_same", "issame"]
            case .group: ["group"]
            case .fold: ["fold"]
            }
        }

        init?(_ name: some StringProtocol) {
            let lower = PathPairLines.trimmed(Substring(name)).lowercased()
            guard let column = Column.allCases.first(where: { $0.names.contains(lower) }) else { return nil }
            self = column
        }
    }

    private static let known = Column.allCases.map(\.rawValue).joined(separator: ", ")
    /// The greatest number of folds.
    private static let foldLimit = 1000

    /// Whether this line names columns: one that only a header has is enough, so that an unknown one beside it is reported.
    static func isHeader(_ line: TextLines.Line) -> Bool {
        guard line.bytes.contains(0x2C) else { return false }
        let columns = line.bytes.split(separator: 0x2C, omittingEmptySubsequences: false)
            .map { Column(String(decoding: $0.filter { $0 != 0x22 }, as: UTF8.self)) }
        let hasFurther = [Column.same, .group, .fold].contains { columns.contains($0) }
        // A label in the third of three places is the header of a list of path, path and label, whatever its paths are called.
        let isOfPaths = columns.count == 3 && columns[2] == .same && !columns[..<2].contains { $0 != nil }
        return hasFurther && !isOfPaths
    }

    static func read(_ file: MappedFile) throws(LFWError) -> ListedPairs {
        var table = try CSVTable(file.bytes)
        guard let header = try table.next() else { throw .nothingInside(file: file.path, what: "pairs") }
        let places = try places(header, file: file.path)
        var (pairs, folds, groups): ([LFWPair], [Int], [String]) = ([], [], [])
        while let record = try table.next() {
            let fields = record.fields.map(PathPairLines.trimmed)
            if fields == [""] { continue }
            guard fields.count == header.fields.count else {
                throw .badLine(
                    file: file.path, line: record.line,
                    reason: "\(header.fields.count) fields are expected, as the first line has them, not \(fields.count)")
            }
            func field(_ column: Column) -> Substring? { places[column].map { fields[$0] } }
            pairs.append(
                LFWPair(
                    try PathPairLines.path(field(.a) ?? "", file.path, record.line),
                    try PathPairLines.path(field(.b) ?? "", file.path, record.line),
                    isSame: try PathPairLines.label(field(.same) ?? "", file.path, record.line)))
            if let text = field(.fold) { folds.append(try fold(text, file.path, record.line)) }
            if let text = field(.group) {
                guard !text.isEmpty else { throw .badLine(file: file.path, line: record.line, reason: "its group is empty") }
                groups.append(String(text))
            }
        }
        // Folds are told apart by their numbers, whichever they begin with.
        let numbers = Set(folds).sorted()
        guard numbers.count <= foldLimit else { throw .foldCount(numbers.count, greatest: foldLimit) }
        let order = Dictionary(numbers.enumerated().map { ($0.element, $0.offset) }, uniquingKeysWith: { first, _ in first })
        let names = header.fields.map { "\(PathPairLines.trimmed($0))" }.joined(separator: ", ")
        return ListedPairs(
            pairs: pairs, folds: places[.fold] == nil ? nil : folds.compactMap { order[$0] },
            groups: places[.group] == nil ? nil : groups, form: "columns \(names)")
    }

    private static func places(_ header: CSVTable.Record, file: String) throws(LFWError) -> [Column: Int] {
        var places: [Column: Int] = [:]
        for (place, name) in header.fields.enumerated() {
            guard let column = Column(name) else {
                throw .badLine(
                    file: file, line: header.line,
                    reason: "the column \(LFWError.shown(name)) is not known; columns are \(known): rename it, or leave it out")
            }
            guard places.updateValue(place, forKey: column) == nil else {
                throw .badLine(file: file, line: header.line, reason: "there are two columns \(column.rawValue)")
            }
        }
        for column in [Column.a, .b, .same] where places[column] == nil {
            throw .badLine(file: file, line: header.line, reason: "there is no column \(column.rawValue); columns are \(known)")
        }
        return places
    }

    private static func fold(_ text: Substring, _ file: String, _ line: Int) throws(LFWError) -> Int {
        guard let number = Int(text), 0...1_000_000 ~= number else {
            throw .badLine(file: file, line: line, reason: "its fold \(LFWError.shown(text)) is not a whole number from 0 to 1,000,000")
        }
        return number
    }
}
