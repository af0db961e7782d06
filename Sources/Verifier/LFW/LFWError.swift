import Files

/// What is wrong with pairs, scores, embeddings or expectations.
public enum LFWError: DescribedError, Equatable {
    /// A line that cannot be what it should be; lines are counted from 1.
    case badLine(file: String, line: Int, reason: String)
    /// A file without a single pair, score or row.
    case nothingInside(file: String, what: String)
    /// The file is no text in UTF-8.
    case notText(file: String)
    /// Not the 3,000 and 3,000 pairs of LFW's ten folds, and no count of folds was asked for.
    case notLFW(file: String, same: Int, different: Int)
    /// All pairs show the same person, or none does.
    case oneClass(file: String, isSame: Bool)
    /// More folds than there are pairs of either kind, or fewer than two.
    case foldCount(Int, greatest: Int)
    /// Nothing is left in a fold once pairs were dropped.
    case emptyFold(Int)
    /// Another count of scores than of pairs.
    case scoreCount(expected: Int, found: Int)
    /// A score that is no cosine.
    case badScore(pair: Int, imageA: String, imageB: String, value: String)
    /// An image of the pairs without an embedding.
    case noEmbedding(file: String, path: String)
    /// An image with two embeddings.
    case embeddingTwice(file: String, path: String)
    /// An embedding that cannot be brought to unit length.
    case badEmbedding(file: String, path: String, reason: String)
    /// Another count of rows than of images.
    case rowCount(file: String, expected: Int, found: Int)
    /// Not the arrays or the shape that embeddings have.
    case notEmbeddings(file: String, reason: String)
    /// A baseline that holds neither scores of these pairs nor figures.
    case badBaseline(file: String, reason: String)
    /// Two score tables over different pairs.
    case differentPairs(file: String, reason: String)
    /// Cairo could not draw.
    case plotFailed(reason: String)

    /// What is wrong, for people.
    public var problem: String {
        switch self {
        case .badLine(let file, let line, let reason): "\(file), line \(line): \(reason)"
        case .nothingInside(let file, let what): "\(file): holds no \(what)"
        case .notText(let file): "\(file): is no text in UTF-8"
        case .notLFW(let file, let same, let different):
            "\(file): \(same) pairs of the same person and \(different) of different people are not LFW's 3,000 and 3,000, so there are no "
                + "official folds"
        case .oneClass(let file, let isSame): "\(file): every pair is of \(isSame ? "the same person" : "different people")"
        case .foldCount(let count, let greatest):
            greatest < 2
                ? "\(count) folds cannot be made: there are fewer than two pairs of one kind"
                : "\(count) folds cannot be made: 2 to \(greatest) can"
        case .emptyFold(let fold): "fold \(fold) holds no pairs any more"
        case .scoreCount(let expected, let found): "\(found) scores for \(expected) pairs"
        case .badScore(let pair, let imageA, let imageB, let value):
            "pair \(pair) (\(imageA), \(imageB)): its score \(value) is no cosine, which lies between -1 and 1"
        case .noEmbedding(let file, let path): "\(file): has no embedding of \(path)"
        case .embeddingTwice(let file, let path): "\(file): has two embeddings of \(path)"
        case .badEmbedding(let file, let path, let reason): "\(file): the embedding of \(path) \(reason)"
        case .rowCount(let file, let expected, let found): "\(file): has \(found) rows, the pairs use \(expected) images"
        case .notEmbeddings(let file, let reason): "\(file): these are no embeddings: \(reason)"
        case .badBaseline(let file, let reason): "\(file): is no baseline: \(reason)"
        case .differentPairs(let file, let reason): "\(file): its pairs are other pairs: \(reason)"
        case .plotFailed(let reason): "a plot could not be drawn (\(reason))"
        }
    }

    /// What to do about it.
    public var remedy: String {
        switch self {
        case .badLine: "mend the line, or take the original file"
        case .nothingInside, .notText: "check that this is the right file and that it arrived whole"
        case .notLFW: "give --folds K to evaluate it in K folds of your own; the result is then no LFW figure"
        case .oneClass: "verification needs pairs of both kinds"
        case .foldCount, .emptyFold: "ask for another number of folds"
        case .scoreCount, .badScore: "scores are dot products of embeddings of unit length, one a pair"
        case .noEmbedding: "embed every image that the pairs name, under the path that the pairs give"
        case .embeddingTwice: "keep one"
        case .badEmbedding: "look at what the network gave for this image"
        case .rowCount: "a bare array has one row for each unique path of the pairs, in sorted order; an .npz or .csv names its paths"
        case .notEmbeddings: "see docs/evaluation.md for what .npz, .npy and .csv hold"
        case .badBaseline: "give a pair_scores.csv, a metrics.json or a best_lfw.json"
        case .differentPairs: "compare scores of the same pairs; their order does not matter"
        case .plotFailed: "check that cairo and a font, such as fonts-dejavu-core, are installed"
        }
    }
}
