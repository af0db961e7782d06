import Files

/// What keeps a model from being evaluated on these pictures.
enum EvaluateError: DescribedError, Equatable {
    /// Images of the pairs do not lie below a folder.
    case missingImages(root: String, option: String, first: String, count: Int, total: Int)
    /// A finished crop has another size than the network takes.
    case cropSize(path: String, width: Int, height: Int, wanted: Int)
    /// A finished crop is not the one that the table beside it tells of.
    case otherCrop(path: String)
    /// Images that cannot be decoded, told one by one before.
    case damagedImages(count: Int, total: Int)
    /// The table beside finished crops is none of this program's.
    case badFaceTable(path: String, detail: String)
    /// Two models that take crops of different sizes.
    case differentSizes(first: String, size: Int, second: String, other: Int)

    var problem: String {
        switch self {
        case .missingImages(let root, _, let first, let count, let total):
            "\(root): \(NumberText.grouped(count)) of the \(NumberText.grouped(total)) images that the pairs name are not there, \(first) first"
        case .otherCrop(let path): "\(path): is not the crop that faces.json tells of"
        case .damagedImages(let count, let total):
            "\(NumberText.grouped(count)) of the \(NumberText.grouped(total)) images cannot be used, see above"
        case .badFaceTable(let path, let detail): "\(path): is no table of faces that convert align wrote (\(detail))"
        case .cropSize(let path, let width, let height, let wanted):
            "\(path): is \(width)×\(height), the network takes crops of \(wanted)×\(wanted)"
        case .differentSizes(let first, let size, let second, let other):
            "\(first) takes crops of \(size)×\(size), \(second) of \(other)×\(other): they cannot be compared on the same crops"
        }
    }

    var remedy: String {
        switch self {
        case .damagedImages: "fetch them again, or leave their pairs out with --allow-missing"
        case .badFaceTable, .otherCrop: "make the crops again with convert align, or take the table away"
        case .missingImages(_, let option, _, let count, let total):
            count == total
                ? "name the folder that holds NAME/NAME_0001.\(option == "--crops" ? "png" : "jpg") with \(option)"
                : "complete the folder, or leave their pairs out with --allow-missing"
        case .cropSize: "make crops of that size with convert align --image-size"
        case .differentSizes: "evaluate each by itself, and compare with --baseline pair_scores.csv"
        }
    }
}
