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

    /// Reads a list of `path path label` or `path,path,label` lines, or LFW's own `pairs.txt`; the first line determines which.
    /// - Parameters:
    /// - folds: The number of folds for pairs that are not LFW's 6,000; nil for LFW's own.
    /// - Throws: `FileError`, or `LFWError` with the line number.
    package init(_ file: MappedFile, folds: Int? = nil) throws {
        let lines = try TextLines(file.bytes)
        guard let first = lines.lines.first else { throw LFWError.nothingInside(file: file.path, what: "pairs") }
        if let header = OfficialPairsText.header(first) {
            let list = try OfficialPairsText.read(lines, header: header, file: file.path)
            try self.init(list.pairs, folds: folds, ownFolds: list.folds, file: file.path)
        } else if PathPairLines.hasCommas(first) {
            try self.init(try PathPairLines.readCSV(file), folds: folds, file: file.path)
        } else {
            try self.init(try PathPairLines.read(lines, file: file.path), folds: folds, file: file.path)
        }
    }

    /// Creates a list from pairs of any origin, in the given order.
    /// - Parameters:
    /// - ownFolds: The folds that the file itself gives each pair, from 0.
    /// - file: The list's name, for messages.
    package init(_ pairs: [LFWPair], folds: Int? = nil, ownFolds: [Int]? = nil, file: String) throws(LFWError) {
        guard !pairs.isEmpty else { throw .nothingInside(file: file, what: "pairs") }
        self.pairs = pairs
        self.folds = try FoldAssignment(pairs, asked: folds, own: ownFolds, file: file)
        (droppedCount, setName) = (0, nil)
    }

    /// Creates a list whose folds are runs of pairs in file order, whatever their kind, as facenet's and insightface's code has it
    /// (scikit-learn's `KFold` without shuffling).
    /// - Parameter setName: The name of the set that the pairs are of.
    package init(inFileOrder pairs: [LFWPair], folds: Int, setName: String, file: String) throws(LFWError) {
        guard !pairs.isEmpty else { throw .nothingInside(file: file, what: "pairs") }
        self.init(pairs: pairs, folds: try FoldAssignment(inFileOrder: pairs, folds: folds, file: file), droppedCount: 0, setName: setName)
    }

    private init(pairs: [LFWPair], folds: FoldAssignment, droppedCount: Int, setName: String?) {
        (self.pairs, self.folds, self.droppedCount, self.setName) = (pairs, folds, droppedCount, setName)
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
        let remaining = kept.map { pairs[$0] }
        let folds = try folds.keeping(kept, of: remaining, file: file)
        return PairList(pairs: remaining, folds: folds, droppedCount: droppedCount + pairs.count - kept.count, setName: setName)
    }
}
