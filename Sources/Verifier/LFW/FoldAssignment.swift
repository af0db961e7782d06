import ConvertFiles

/// Which fold each pair belongs to.
///
/// For LFW's 3,000 pairs of each kind, fold f holds the same-person pairs 300f to 300f + 299 and the different-people pairs with the same
/// indices, each counted in file order. Both official files give the same folds by this rule.
package struct FoldAssignment: Sendable, Equatable {
    /// Number of folds.
    package let count: Int
    /// The fold of each pair, from 0.
    package let ofPair: [Int]
    /// Whether these are LFW's ten folds of all 6,000 pairs, so that the result may be called an LFW figure.
    package let isLFW: Bool

    static let officialFolds = 10
    static let officialPairsOfEachKind = 3000

    private init(count: Int, ofPair: [Int], isLFW: Bool) {
        (self.count, self.ofPair, self.isLFW) = (count, ofPair, isLFW)
    }

    /// Assigns pairs to folds.
    /// - Parameters:
    /// - asked: The number of folds asked for; nil for the file's own, or LFW's ten.
    /// - own: The folds that the file gives, used if `asked` equals their number.
    init(_ pairs: [LFWPair], asked: Int?, own: [Int]?, file: String) throws(LFWError) {
        let same = pairs.count { $0.isSame }
        let different = pairs.count - same
        guard same > 0, different > 0 else { throw .oneClass(file: file, isSame: same > 0) }
        let official = FoldAssignment.officialFolds
        let isWhole = same == FoldAssignment.officialPairsOfEachKind && different == same
        let ownCount = own.flatMap { $0.max() }.map { $0 + 1 }
        guard let wanted = asked ?? ownCount ?? (isWhole ? official : nil) else {
            throw .notLFW(file: file, same: same, different: different)
        }
        let greatest = ownCount == wanted ? pairs.count : min(same, different)
        guard wanted >= 2, wanted <= greatest else { throw .foldCount(wanted, greatest: min(same, different)) }
        if let own, ownCount == wanted {
            ofPair = own
        } else {
            var (nextSame, nextDifferent) = (0, 0)
            ofPair = pairs.map { pair in
                defer { if pair.isSame { nextSame += 1 } else { nextDifferent += 1 } }
                return pair.isSame
                    ? FoldAssignment.fold(of: nextSame, in: same, folds: wanted)
                    : FoldAssignment.fold(of: nextDifferent, in: different, folds: wanted)
            }
        }
        count = wanted
        isLFW = isWhole && wanted == official && FoldAssignment.isOfficial(pairs)
    }

    /// Runs of all pairs in file order, as equal as possible, longer ones first.
    /// - Throws: `LFWError.oneClass` unless there are pairs of both kinds, `.foldCount` unless each fold has a pair.
    init(inFileOrder pairs: [LFWPair], folds: Int, file: String) throws(LFWError) {
        let same = pairs.count { $0.isSame }
        guard same > 0, same < pairs.count else { throw .oneClass(file: file, isSame: same > 0) }
        guard 2...pairs.count ~= folds else { throw .foldCount(folds, greatest: pairs.count) }
        self.init(
            count: folds, ofPair: pairs.indices.map { FoldAssignment.fold(of: $0, in: pairs.count, folds: folds) }, isLFW: false)
    }

    /// SHA-256 of LFW's pairs, one line `path path` each: same-person pairs in file order, then the others. Both official files share it.
    private static let officialDigest = "982da9312e4e25f6f3b1b5bc31b07008cf21638d7cb646694384951082acc8ba"

    /// Whether these are LFW's pairs in LFW's order; other pairs or a different order would give different folds.
    private static func isOfficial(_ pairs: [LFWPair]) -> Bool {
        var text = ""
        for isSame in [true, false] {
            for pair in pairs where pair.isSame == isSame { text += "\(pair.imageA) \(pair.imageB)\n" }
        }
        return SHA256Digest(of: Array(text.utf8)).text == officialDigest
    }

    /// The fold of an index in a run of `total` that is divided as evenly as possible, longer parts first (scikit-learn's KFold).
    static func fold(of place: Int, in total: Int, folds: Int) -> Int {
        let (size, longer) = total.quotientAndRemainder(dividingBy: folds)
        let inLonger = longer * (size + 1)
        return place < inLonger ? place / (size + 1) : longer + (place - inLonger) / max(size, 1)
    }

    /// The folds of the remaining pairs. Throws unless each fold keeps a pair, and pairs of both kinds remain.
    func keeping(_ kept: [Int], of remaining: [LFWPair], file: String) throws(LFWError) -> FoldAssignment {
        let folds = kept.map { ofPair[$0] }
        let same = remaining.count { $0.isSame }
        guard same > 0, same < remaining.count else { throw .oneClass(file: file, isSame: same > 0) }
        var sizes = [Int](repeating: 0, count: count)
        for fold in folds { sizes[fold] += 1 }
        if let empty = sizes.firstIndex(of: 0) { throw .emptyFold(empty + 1) }
        return FoldAssignment(count: count, ofPair: folds, isLFW: false)
    }
}
