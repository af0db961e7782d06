import ConvertFiles

/// What keeps a list of pairs from being made.
package enum PairMakingError: DescribedError, Equatable {
    /// A folder without a single folder that holds pictures.
    case noPeople(folder: String)
    /// More pictures than are taken.
    case tooManyPictures(folder: String, limit: Int)
    /// A number of pairs that folds and kinds cannot share alike.
    case unevenCount(Int, folds: Int)
    /// A fold that has fewer pairs of a kind than are wanted.
    case tooFew(folder: String, fold: Int, people: Int, same: Int, different: Int, wanted: Int, most: Int)

    /// What is wrong, in words.
    package var problem: String {
        switch self {
        case .noPeople(let folder): "\(folder): holds no folders with JPEG or PNG pictures"
        case .tooManyPictures(let folder, let limit): "\(folder): holds more than \(NumberText.grouped(limit)) pictures"
        case .unevenCount(let count, let folds):
            "\(NumberText.grouped(count)) pairs cannot be divided into \(folds) folds with as many pairs of each kind"
        case .tooFew(let folder, let fold, let people, let same, let different, let wanted, _):
            "\(folder): of the \(NumberText.grouped(people)) people in fold \(fold) there are \(NumberText.grouped(same)) pairs of one person and "
                + "\(NumberText.grouped(different)) of different people, and \(NumberText.grouped(wanted)) of each are wanted"
        }
    }

    /// What to do about it.
    package var remedy: String {
        switch self {
        case .noPeople: "name a folder with a folder of pictures for each person (NAME/NAME_0001.jpg)"
        case .tooManyPictures: "give a part of them"
        case .unevenCount(_, let folds): "give a multiple of \(2 * folds)"
        case .tooFew(_, _, _, _, _, _, let most):
            most > 0
                ? "ask for \(NumberText.grouped(most)) pairs at most, or for fewer folds"
                : "add people and pictures, or ask for fewer folds"
        }
    }

    /// What could be decided otherwise.
    package var decisions: [Decision] {
        switch self {
        case .noPeople, .tooManyPictures: []
        case .unevenCount: [.pairCount]
        case .tooFew: [.pairCount, .folds]
        }
    }
}
