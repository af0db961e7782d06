/// The name that somebody probably meant.
package enum Suggestion {
    /// The names nearest to a mistyped one; empty if none is near. Dashes, underscores and case do not count; a beginning is near.
    package static func nearest(_ typed: String, among names: some Sequence<String>) -> [String] {
        let wanted = letters(typed)
        // Nobody mistypes a name this long, and the comparison takes the product of both lengths.
        guard wanted.count > 1, wanted.count <= 40 else { return [] }
        let rated = names.map { name in (name: name, distance: distance(wanted, letters(name))) }
        guard let best = rated.compactMap(\.distance).min() else { return [] }
        return rated.filter { $0.distance == best }.map(\.name).sorted()
    }

    private static func letters(_ name: String) -> [UInt8] {
        name.lowercased().utf8.filter { $0 != UInt8(ascii: "-") && $0 != UInt8(ascii: "_") }
    }

    /// How far a name is from what was typed; nil if it is too far to be meant.
    private static func distance(_ typed: [UInt8], _ name: [UInt8]) -> Int? {
        let edits = editDistance(typed, name)
        if edits <= (typed.count < 4 ? 1 : typed.count < 8 ? 2 : 3) { return edits }
        // `--pairs` for --pairs-file, `--outdir` for --output-dir.
        if typed.count > 2, name.starts(with: typed) { return 1 }
        return typed.count > 4 && typed.first == name.first && isSubsequence(typed, of: name) ? 3 : nil
    }

    private static func isSubsequence(_ part: [UInt8], of whole: [UInt8]) -> Bool {
        var rest = part[...]
        for byte in whole where byte == rest.first { rest = rest.dropFirst() }
        return rest.isEmpty
    }

    /// Letters to insert, remove, replace, or exchange with their neighbor.
    private static func editDistance(_ first: [UInt8], _ second: [UInt8]) -> Int {
        var (before, above) = ([Int](), Array(0...second.count))
        for row in first.indices {
            var line = [row + 1]
            for column in second.indices {
                let isSame = first[row] == second[column]
                var least = min(above[column] + (isSame ? 0 : 1), above[column + 1] + 1, line[column] + 1)
                if row > 0, column > 0, first[row] == second[column - 1], first[row - 1] == second[column] {
                    least = min(least, before[column - 1] + 1)
                }
                line.append(least)
            }
            (before, above) = (above, line)
        }
        return above[second.count]
    }
}
