import ConvertFiles

/// What identifies a pair across lists: both images, in either order, and the label. A cosine does not depend on the order.
struct PairKey: Hashable {
    private let first: ExactText
    private let second: ExactText
    private let isSame: Bool

    init(_ pair: LFWPair) {
        let isOrdered = !pair.imageB.utf8.lexicographicallyPrecedes(pair.imageA.utf8)
        first = ExactText(isOrdered ? pair.imageA : pair.imageB)
        second = ExactText(isOrdered ? pair.imageB : pair.imageA)
        isSame = pair.isSame
    }

    private init(_ first: ExactText, _ second: ExactText, isSame: Bool) {
        (self.first, self.second, self.isSame) = (first, second, isSame)
    }

    private var opposite: PairKey { PairKey(first, second, isSame: !isSame) }

    /// Scores of one list in the order of another. A pair that both lists hold several times takes its scores in order of appearance.
    /// - Parameter name: The name of the list that the scores belong to, for messages.
    /// - Throws: `LFWError.differentPairs` unless the lists hold the same pairs, equally often.
    static func scores(_ scores: [Float], of pairs: [LFWPair], inOrderOf wanted: [LFWPair], name: String) throws(LFWError) -> [Float] {
        guard pairs.count == wanted.count, scores.count == pairs.count else {
            throw .differentPairs(file: name, reason: "\(pairs.count) pairs, not \(wanted.count)")
        }
        // Indices of each key, the last first.
        var places: [PairKey: [Int]] = [:]
        for index in pairs.indices.reversed() { places[PairKey(pairs[index]), default: []].append(index) }
        var ordered: [Float] = []
        ordered.reserveCapacity(wanted.count)
        for pair in wanted {
            let key = PairKey(pair)
            guard let place = places[key]?.popLast() else {
                let images = "\(pair.imageA), \(pair.imageB)"
                if places[key] != nil { throw .differentPairs(file: name, reason: "\(images) occurs fewer times there") }
                throw .differentPairs(
                    file: name,
                    reason: places[key.opposite] == nil ? "\(images) is not among them" : "\(images) has the other label there")
            }
            ordered.append(scores[place])
        }
        return ordered
    }
}
