import ConvertFiles

/// What is wrong with the lists or the vectors of IJB-B and IJB-C.
package enum IJBError: DescribedError, Equatable {
    /// A malformed line; lines are counted from 1.
    case badLine(file: String, line: Int, reason: String)
    /// A folder without one of the lists, or with several.
    case listCount(folder: String, suffix: String, found: [String])
    /// A list without a single line.
    case empty(file: String)
    /// Two lists over the same pictures that have different pictures.
    case differentPictures(file: String, line: Int, name: String, other: String)
    /// Two lists over the same pictures of different lengths.
    case differentCounts(file: String, count: Int, other: String, otherCount: Int)
    /// A pair of a template that no picture belongs to.
    case unknownTemplate(file: String, line: Int, template: Int)
    /// All pairs are of one person, or none is.
    case oneClass(file: String, isSame: Bool)
    /// Vectors that are not one for each picture of the lists.
    case notVectors(file: String, reason: String)
    /// Five points that no face can be aligned by.
    case badPoints(picture: String)
    /// A template whose sum has no direction.
    case noDirection(template: Int)

    /// What is wrong, in words.
    package var problem: String {
        switch self {
        case .badLine(let file, let line, let reason): "\(file), line \(line): \(reason)"
        case .listCount(let folder, let suffix, let found):
            found.isEmpty
                ? "\(folder): has no list …\(suffix)" : "\(folder): has several lists …\(suffix): \(found.joined(separator: ", "))"
        case .empty(let file): "\(file): contains no lines"
        case .differentPictures(let file, let line, let name, let other):
            "\(file), line \(line): is about \(name), but the same line of the other list is about \(other)"
        case .differentCounts(let file, let count, let other, let otherCount):
            "\(file) has \(NumberText.grouped(count)) lines and \(other) has \(NumberText.grouped(otherCount))"
        case .unknownTemplate(let file, let line, let template): "\(file), line \(line): no picture belongs to template \(template)"
        case .oneClass(let file, let isSame): "\(file): every pair is of \(isSame ? "the same person" : "different people")"
        case .notVectors(let file, let reason): "\(file): these are not the pictures' vectors: \(reason)"
        case .badPoints(let picture): "\(picture): its five points coincide, or are not finite"
        case .noDirection(let template): "template \(template): the sum of its vectors is zero or not finite"
        }
    }

    /// What to do about it.
    package var remedy: String {
        switch self {
        case .badLine: "take the list as the set has it"
        case .listCount: "give the folder of one set, IJB-B or IJB-C, with its meta folder"
        case .empty: "check that the file is complete"
        case .differentPictures, .differentCounts: "both lists have the same pictures in the same order; take both from the same set"
        case .unknownTemplate: "take all lists from the same set"
        case .oneClass: "verification needs pairs of both kinds"
        case .notVectors: "give an .npy of pictures × numbers, in the order of the list …\(IJBLists.pictureSuffix)"
        case .badPoints: "take the list as the set has it"
        case .noDirection: "inspect the network's output for the pictures of this template"
        }
    }
}
