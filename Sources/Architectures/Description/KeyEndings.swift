import ConvertIR

/// The keys of a file by how they end, so that a family's distinctive keys are found under any prefix without a look at all the others.
struct KeyEndings {
    private static let dot = UInt8(ascii: ".")

    private let names: [String]
    /// Indices of names by their last two components, or by the last one.
    private let byEnding: [String: [Int]]

    init(_ weights: Weights) {
        names = weights.entries.map(\.name)
        var byEnding: [String: [Int]] = [:]
        for (index, name) in names.enumerated() {
            byEnding[KeyEndings.ending(of: name, components: 2), default: []].append(index)
            let last = KeyEndings.ending(of: name, components: 1)
            if last.utf8.count < name.utf8.count { byEnding[last, default: []].append(index) }
        }
        self.byEnding = byEnding
    }

    /// The text before `suffix` in the shortest key that ends in it; nil if no key does.
    func prefix(before suffix: String) -> String? {
        let count = suffix.utf8.count
        var best: Substring.UTF8View?
        for index in byEnding[KeyEndings.ending(of: suffix, components: 2)] ?? [] {
            let name = names[index].utf8
            guard name.count >= count, name.suffix(count).elementsEqual(suffix.utf8) else { continue }
            let prefix = name.dropLast(count)
            guard prefix.isEmpty || prefix.last == KeyEndings.dot else { continue }
            if let found = best, (found.count, String(Substring(found))) <= (prefix.count, String(Substring(prefix))) { continue }
            best = prefix
        }
        return best.map { String(Substring($0)) }
    }

    /// The last components of a name; the whole name if it has no more.
    private static func ending(of name: String, components: Int) -> String {
        let bytes = name.utf8
        var index = bytes.endIndex
        var dots = 0
        while index > bytes.startIndex {
            let before = bytes.index(before: index)
            if bytes[before] == dot {
                dots += 1
                if dots == components { break }
            }
            index = before
        }
        return String(name[index...])
    }
}
