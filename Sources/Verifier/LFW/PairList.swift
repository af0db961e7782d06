import ConvertFiles

/// Pairs in the order of their file, with the folds that the file and the protocol give them.
package struct PairList: Sendable, Equatable {
    /// The pairs in file order.
    package let pairs: [LFWPair]
    /// The fold of each pair.
    package let folds: FoldAssignment
    /// Number of pairs that were dropped because an image is missing.
    package let droppedCount: Int
    /// The name of the set that the pairs are of; nil for a list of pairs.
    package let setName: String?

    /// The group that the list gives each pair; nil if it gives none.
    package let groups: [String]?
    /// The form of the list, in words, if it is not one of path lines; nil for pairs of any other origin.
    package let form: String?

    /// Reads a list of pairs; its first line determines its form: LFW's own `pairs.txt`, columns with a header, CALFW's and CPLFW's two lines a
    /// pair, or `path path label` and `path,path,label` lines.
    /// - Parameters:
    /// - folds: The number of folds for pairs that are not LFW's 6,000 and whose list has none; nil for the list's, or LFW's own.
    /// - Throws: `FileError`, or `LFWError` with the line number.
    package init(_ file: MappedFile, folds: Int? = nil) throws {
        let lines = try TextLines(file.bytes)
        guard let first = lines.lines.first else { throw LFWError.nothingInside(file: file.path, what: "pairs") }
        let content: ListedPairs
        if let header = OfficialPairsText.header(first) {
            let list = try OfficialPairsText.read(lines, header: header, file: file.path)
            content = ListedPairs(pairs: list.pairs, folds: list.folds, form: "LFW's own form")
        } else if ColumnPairs.isHeader(first) {
            content = try ColumnPairs.read(file)
        } else if PathPairLines.hasCommas(first) {
            content = ListedPairs(pairs: try PathPairLines.readCSV(file))
        } else if TwoLinePairs.isFirst(first) {
            content = try TwoLinePairs.read(lines, file: file.path)
        } else {
            content = ListedPairs(pairs: try PathPairLines.read(lines, file: file.path))
        }
        try self.init(content, folds: folds, file: file.path)
    }

    /// Creates a list from what a file holds.
    init(_ content: ListedPairs, folds: Int? = nil, file: String) throws(LFWError) {
        guard !content.pairs.isEmpty else { throw .nothingInside(file: file, what: "pairs") }
        pairs = content.pairs
        let assigned = try FoldAssignment(content.pairs, asked: folds, own: content.folds, file: file)
        self.folds = assigned
        (droppedCount, setName, groups) = (0, nil, content.groups)
        let isOwn = content.folds.map { assigned.ofPair == $0 } ?? true
        form = isOwn ? content.form : (content.form ?? "lines") + ", whose own folds are not used"
    }

    /// Creates a list from pairs of any origin, in the given order.
    /// - Parameters:
    /// - ownFolds: The folds that the file itself gives each pair, from 0.
    /// - file: The list's name, for messages.
    package init(_ pairs: [LFWPair], folds: Int? = nil, ownFolds: [Int]? = nil, file: String) throws(LFWError) {
        try self.init(ListedPairs(pairs: pairs, folds: ownFolds), folds: folds, file: file)
    }

    /// Creates a list whose folds are runs of pairs in file order, whatever their kind, as facenet's and insightface's code has it
    /// (scikit-learn's `KFold` without shuffling).
    /// - Parameter setName: The name of the set that the pairs are of.
    package init(inFileOrder pairs: [LFWPair], folds: Int, setName: String, file: String) throws(LFWError) {
        guard !pairs.isEmpty else { throw .nothingInside(file: file, what: "pairs") }
        self.pairs = pairs
        self.folds = try FoldAssignment(inFileOrder: pairs, folds: folds, file: file)
        (droppedCount, self.setName, groups, form) = (0, setName, nil, nil)
    }

    private init(_ list: PairList, keeping kept: [Int], folds: FoldAssignment) {
        pairs = kept.map { list.pairs[$0] }
        self.folds = folds
        droppedCount = list.droppedCount + list.pairs.count - kept.count
        (setName, form) = (list.setName, list.form)
        groups = list.groups.map { groups in kept.map { groups[$0] } }
    }

    /// All images of the pairs without duplicates, sorted by their bytes, which for UTF-8 is Python's order.
    package var uniqueImages: [String] {
        var seen: Set<ExactText> = []
        var paths: [String] = []
        for pair in pairs {
            for path in [pair.imageA, pair.imageB] where seen.insert(ExactText(path)).inserted { paths.append(path) }
        }
        return paths.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// The list without pairs of these images. Each pair keeps its fold; with fewer pairs the result is not an LFW figure.
    /// - Throws: `LFWError.oneClass` or `.emptyFold` if too little is left.
    package func dropping(images: [String], file: String) throws(LFWError) -> PairList {
        let gone = Set(images.map { ExactText($0) })
        let kept = pairs.indices.filter {
            !gone.contains(ExactText(pairs[$0].imageA)) && !gone.contains(ExactText(pairs[$0].imageB))
        }
        guard kept.count < pairs.count else { return self }
        return PairList(self, keeping: kept, folds: try folds.keeping(kept, of: kept.map { pairs[$0] }, file: file))
    }
}

/// What a file says of pairs, before they are divided into folds.
struct ListedPairs {
    let pairs: [LFWPair]
    /// The fold of each pair, from 0; nil if the file has none.
    var folds: [Int]?
    /// The group of each pair; nil if the file has none.
    var groups: [String]?
    /// The form of the list, in words.
    var form: String?
}
