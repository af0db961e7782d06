import ConvertFiles

/// The people that a list's pictures show, as their paths say: a person is a folder (`NAME/NAME_0001.jpg`, without CFP's `frontal` and
/// `profile`), or a name with a number in one folder for all (`NAME_0001.jpg`).
package struct PairPeople: Sendable, Equatable {
    /// Each person's folder or name, in the order in which pairs name them.
    package let names: [String]
    /// For each pair, both people as indices into `names`.
    package let ofPair: [SIMD2<Int32>]

    /// Nil if paths do not say it: by either rule, some pair of the same person has two people, or some pair of different people one.
    package init?(_ list: PairList) {
        // The pictures of a set have numbers for names.
        guard list.setName == nil else { return nil }
        for rule in [PairPeople.folder, PairPeople.stem] {
            if let people = PairPeople(list.pairs, rule) {
                self = people
                return
            }
        }
        return nil
    }

    private init?(_ pairs: [LFWPair], _ rule: (String) -> String?) {
        var (indices, names): ([ExactText: Int32], [String]) = ([:], [])
        var ofPair: [SIMD2<Int32>] = []
        ofPair.reserveCapacity(pairs.count)
        // Most pictures are in several pairs.
        var ofPath: [ExactText: Int32] = [:]
        func index(_ path: String) -> Int32? {
            if let known = ofPath[ExactText(path)] { return known }
            guard let name = rule(path) else { return nil }
            let next = indices[ExactText(name)] ?? Int32(clamping: names.count)
            if next == names.count {
                indices[ExactText(name)] = next
                names.append(name)
            }
            ofPath[ExactText(path)] = next
            return next
        }
        for pair in pairs {
            guard let a = index(pair.imageA), let b = index(pair.imageB), (a == b) == pair.isSame else { return nil }
            ofPair.append(SIMD2(a, b))
        }
        (self.names, self.ofPair) = (names, ofPair)
    }

    private static func folder(_ path: String) -> String? {
        var parts = path.utf8.split(separator: UInt8(ascii: "/")).dropLast()
        if parts.count > 1, let last = parts.last, ["frontal", "profile"].contains(Substring(last)) { parts.removeLast() }
        return parts.isEmpty ? nil : parts.map { String(Substring($0)) }.joined(separator: "/")
    }

    private static func stem(_ path: String) -> String? {
        let stem = Array(PathText.stem(path).utf8)
        guard let last = stem.lastIndex(of: UInt8(ascii: "_")), last > 0, last + 1 < stem.count,
            stem[(last + 1)...].allSatisfy({ (0x30...0x39).contains($0) })
        else { return nil }
        return String(decoding: stem[..<last], as: UTF8.self)
    }
}
