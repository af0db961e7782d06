import ConvertFiles

/// What is wrong with pairs, scores, embeddings or expectations.
package enum LFWError: DescribedError, Equatable {
    /// A malformed line; lines are counted from 1.
    case badLine(file: String, line: Int, reason: String)
    /// A file without a single pair, score or row.
    case nothingInside(file: String, what: String)
    /// A folder that is not a protocol's.
    case notList(path: String, reason: String)
    /// The file is not UTF-8 text.
    case notText(file: String)
    /// Not LFW's 3,000 and 3,000 pairs, and no number of folds was given.
    case notLFW(file: String, same: Int, different: Int)
    /// All pairs show the same person, or none does.
    case oneClass(file: String, isSame: Bool)
    /// More pairs than can be counted.
    case tooManyPairs(file: String)
    /// The scores of a part's histogram are not in order.
    case notHistogram(file: String)
    /// Fewer than two folds, or more than there are pairs of either kind.
    case foldCount(Int, greatest: Int)
    /// A fold that is empty after pairs were dropped.
    case emptyFold(Int)
    /// The number of scores differs from the number of pairs.
    case scoreCount(expected: Int, found: Int)
    /// A score that is not a cosine.
    case badScore(pair: Int, imageA: String, imageB: String, value: String)
    /// An image of the pairs that has no embedding.
    case noEmbedding(file: String, path: String)
    /// An image with two embeddings.
    case embeddingTwice(file: String, path: String)
    /// An embedding that cannot be normalized to unit length.
    case badEmbedding(file: String, path: String, reason: String)
    /// The number of rows differs from the number of images.
    case rowCount(file: String, expected: Int, found: Int)
    /// Arrays that embeddings do not have, or of the wrong shape.
    case notEmbeddings(file: String, reason: String)
    /// A baseline that holds neither scores of these pairs nor figures.
    case badBaseline(file: String, reason: String)
    /// Two score tables over different pairs.
    case differentPairs(file: String, reason: String)
    /// People of the pairs that a list of groups does not name.
    case groupsMissing(file: String, people: [String])
    /// Paths that do not say who is shown.
    case peopleUnknown(file: String)
    /// Groups of a list of pairs, and a list of groups.
    case groupsTwice(pairs: String)
    /// Cairo could not draw.
    case plotFailed(reason: String)

    /// What is wrong, in words.
    package var problem: String {
        switch self {
        case .badLine(let file, let line, let reason): "\(file), line \(line): \(reason)"
        case .nothingInside(let file, let what): "\(file): contains no \(what)"
        case .notList(let path, let reason): "\(path): is not a list of pairs: \(reason)"
        case .notText(let file): "\(file): is not UTF-8 text"
        case .notLFW(let file, let same, let different):
            "\(file): \(same) pairs of the same person and \(different) of different people are not LFW's 3,000 and 3,000, so there are no "
                + "official folds"
        case .notHistogram(let file): "\(file): is not a histogram of scores from the highest down"
        case .tooManyPairs(let file): "\(file): has more pairs than can be counted"
        case .oneClass(let file, let isSame): "\(file): every pair is of \(isSame ? "the same person" : "different people")"
        case .foldCount(let count, let greatest):
            greatest < 2
                ? "\(count) folds cannot be made: there are fewer than two pairs of one kind"
                : "\(count) folds cannot be made: 2 to \(greatest) can"
        case .emptyFold(let fold): "fold \(fold) has no pairs left"
        case .scoreCount(let expected, let found): "\(found) scores for \(expected) pairs"
        case .badScore(let pair, let imageA, let imageB, let value):
            "pair \(pair) (\(imageA), \(imageB)): its score \(value) is not a cosine, which lies between -1 and 1"
        case .noEmbedding(let file, let path): "\(file): has no embedding of \(path)"
        case .embeddingTwice(let file, let path): "\(file): has two embeddings of \(path)"
        case .badEmbedding(let file, let path, let reason): "\(file): the embedding of \(path) \(reason)"
        case .rowCount(let file, let expected, let found): "\(file): has \(found) rows, but the pairs use \(expected) images"
        case .notEmbeddings(let file, let reason): "\(file): these are not embeddings: \(reason)"
        case .badBaseline(let file, let reason): "\(file): is not a baseline: \(reason)"
        case .differentPairs(let file, let reason): "\(file): its pairs are different: \(reason)"
        case .groupsMissing(let file, let people):
            "\(file): has no group of \(people.count) \(people.count == 1 ? "person" : "people") of the pairs: "
                + people.prefix(10).joined(separator: ", ") + (people.count > 10 ? ", …" : "")
        case .peopleUnknown(let file): "\(file): its paths do not say who the pictures show"
        case .groupsTwice(let pairs): "\(pairs): has a column group, and a list of groups is given as well"
        case .plotFailed(let reason): "a plot could not be drawn (\(reason))"
        }
    }

    /// What could be decided otherwise.
    package var decisions: [Decision] {
        switch self {
        case .notLFW, .foldCount: [.folds]
        default: []
        }
    }

    /// What to do about it.
    package var remedy: String {
        switch self {
        case .notHistogram: "make the part again"
        case .tooManyPairs: "divide the list, and score the lists apart from each other"
        case .badLine: "correct the line, or take the original file"
        case .nothingInside, .notText: "check that this is the right file and that it is complete"
        case .notList: "name a list, or CFP's folder with Pair_list_F.txt and Pair_list_P.txt in the second folder above it"
        case .notLFW: "choose a number of folds of your own; the result is then not an LFW figure"
        case .oneClass: "verification needs pairs of both kinds"
        case .foldCount, .emptyFold: "choose a different number of folds"
        case .scoreCount, .badScore: "scores are dot products of embeddings of unit length, one per pair"
        case .noEmbedding: "embed every image that the pairs name, under the path that the pairs give"
        case .embeddingTwice: "keep one of them"
        case .badEmbedding: "inspect the network's output for this image"
        case .rowCount: "a bare array has one row for each unique path of the pairs, in sorted order; an .npz or .csv names its paths"
        case .notEmbeddings: "see docs/evaluation.md for the contents of .npz, .npy and .csv files"
        case .badBaseline: "give a pair_scores.csv, a metrics.json or a best_lfw.json"
        case .differentPairs: "compare scores of the same pairs; their order does not matter"
        case .groupsMissing: "add them, or leave their pairs out"
        case .peopleUnknown: "name folders by people (NAME/NAME_0001.jpg), or give each pair its group in a column of the list"
        case .groupsTwice: "take one of them"
        case .plotFailed: "check that cairo and a font, such as fonts-dejavu-core, are installed"
        }
    }
}
