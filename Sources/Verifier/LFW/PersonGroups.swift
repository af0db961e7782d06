import ConvertFiles

/// Which group each person belongs to: a CSV with the columns `name` and `group`, in any order.
package struct PersonGroups: Sendable {
    private let file: String
    private let groupOfName: [ExactText: String]
    /// Between the names of two groups, for pairs across them.
    private static let joint = " + "

    /// Reads the file. Throws `FileError`, or `LFWError` with the line number.
    package init(_ file: MappedFile) throws {
        self.file = file.path
        var table = try CSVTable(file.bytes)
        guard let header = try table.next() else { throw LFWError.nothingInside(file: file.path, what: "groups") }
        let columns = header.fields.map { PathPairLines.trimmed($0).lowercased() }
        guard columns.count == 2, let name = columns.firstIndex(of: "name"), let group = columns.firstIndex(of: "group") else {
            throw LFWError.badLine(file: file.path, line: header.line, reason: "the first line has to be name,group or group,name")
        }
        var groups: [ExactText: String] = [:]
        while let record = try table.next() {
            let fields = record.fields.map(PathPairLines.trimmed)
            if fields == [""] { continue }
            guard fields.count == 2, fields.allSatisfy({ !$0.isEmpty }) else {
                throw LFWError.badLine(file: file.path, line: record.line, reason: "a name and a group are expected")
            }
            guard !fields[group].contains(PersonGroups.joint) else {
                throw LFWError.badLine(
                    file: file.path, line: record.line, reason: "a group's name cannot have \"+\" between blanks, which joins two groups")
            }
            guard groups.updateValue(String(fields[group]), forKey: ExactText(String(fields[name]))) == nil else {
                throw LFWError.badLine(file: file.path, line: record.line, reason: "\(LFWError.shown(fields[name])) is there twice")
            }
        }
        guard !groups.isEmpty else { throw LFWError.nothingInside(file: file.path, what: "groups") }
        groupOfName = groups
    }

    /// The group of each pair; that of a pair of two groups has both names, in the order of their bytes.
    /// - Throws: `LFWError.groupsMissing` with the people that have none, `.peopleUnknown` if paths do not say who pictures show.
    package func ofPairs(_ list: PairList, listName: String) throws(LFWError) -> [String] {
        guard let people = PairPeople(list) else { throw .peopleUnknown(file: listName) }
        // By the whole folder, or its last component.
        let groups = people.names.map { groupOfName[ExactText($0)] ?? groupOfName[ExactText(PathText.baseName($0))] }
        let missing = zip(people.names, groups).filter { $1 == nil }.map { PathText.baseName($0.0) }
        guard missing.isEmpty else { throw .groupsMissing(file: file, people: missing) }
        return people.ofPair.map { pair in
            let (one, other) = (groups[Int(pair.x)] ?? "", groups[Int(pair.y)] ?? "")
            if one == other { return one }
            return [one, other].sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.joined(separator: PersonGroups.joint)
        }
    }
}
