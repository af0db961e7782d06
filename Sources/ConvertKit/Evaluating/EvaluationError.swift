import ConvertFiles
import ConvertIR

/// What keeps a model from being evaluated on these pictures.
public enum EvaluationError: DescribedError, Equatable {
    /// Images of the pairs are not below a folder.
    case missingImages(root: String, areCrops: Bool, first: String, count: Int, total: Int)
    /// A finished crop has a different size than the network takes.
    case cropSize(path: String, size: GivenFacts.ImageSize, wanted: GivenFacts.ImageSize)
    /// A finished crop is not the one that the table next to it describes.
    case otherCrop(path: String)
    /// Images that cannot be decoded, reported one by one before.
    case damagedImages(count: Int, total: Int)
    /// The table next to finished crops was not written by this project.
    case badFaceTable(path: String, detail: String)
    /// Two models that take crops of different sizes.
    case differentSizes(first: String, size: GivenFacts.ImageSize, second: String, other: GivenFacts.ImageSize)

    /// What is wrong.
    public var problem: String {
        switch self {
        case .missingImages(let root, _, let first, let count, let total):
            "\(root): \(NumberText.grouped(count)) of the \(NumberText.grouped(total)) images that the pairs name are not there, \(first) first"
        case .otherCrop(let path): "\(path): is not the crop that faces.json describes"
        case .damagedImages(let count, let total):
            "\(NumberText.grouped(count)) of the \(NumberText.grouped(total)) images cannot be used, see above"
        case .badFaceTable(let path, let detail): "\(path): is not a table of faces that an alignment wrote (\(detail))"
        case .cropSize(let path, let size, let wanted): "\(path): is \(size), the network takes crops of \(wanted)"
        case .differentSizes(let first, let size, let second, let other):
            "\(first) takes crops of \(size), \(second) of \(other): they cannot be compared on the same crops"
        }
    }

    /// What to do about it.
    public var remedy: String {
        switch self {
        case .damagedImages: "fetch them again, or leave their pairs out"
        case .badFaceTable, .otherCrop: "align the pictures again, or remove the table"
        case .missingImages(_, let areCrops, _, let count, let total):
            count == total
                ? "name the folder that holds NAME/NAME_0001.\(areCrops ? "png" : "jpg")"
                : "complete the folder, or leave their pairs out"
        case .cropSize: "align the pictures to crops of that size"
        case .differentSizes: "evaluate each by itself, and compare the scores"
        }
    }

    /// What the caller could decide otherwise.
    public var decisions: [Decision] {
        switch self {
        case .missingImages(_, let areCrops, _, let count, let total):
            count == total ? [areCrops ? .crops : .pictures] : [.allowMissing]
        case .damagedImages: [.allowMissing]
        case .cropSize: [.imageSize]
        case .differentSizes: [.baseline]
        case .otherCrop, .badFaceTable: []
        }
    }
}
