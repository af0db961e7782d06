import Files

/// What keeps a model from being evaluated on these pictures.
enum EvaluateError: DescribedError, Equatable {
    case missingImages(root: String, first: String, count: Int, total: Int)
    case cropSize(path: String, width: Int, height: Int, wanted: Int)
    case differentSizes(first: String, size: Int, second: String, other: Int)

    var problem: String {
        switch self {
        case .missingImages(let root, let first, let count, let total):
            "\(root): \(NumberText.grouped(count)) of the \(NumberText.grouped(total)) images that the pairs name are not there, \(first) first"
        case .cropSize(let path, let width, let height, let wanted):
            "\(path): is \(width)×\(height), the network takes crops of \(wanted)×\(wanted)"
        case .differentSizes(let first, let size, let second, let other):
            "\(first) takes crops of \(size)×\(size), \(second) of \(other)×\(other): they cannot be compared on the same crops"
        }
    }

    var remedy: String {
        switch self {
        case .missingImages(_, _, let count, let total):
            count == total
                ? "name the folder that holds NAME/NAME_0001.jpg with --lfw-root"
                : "complete the folder, or leave their pairs out with --allow-missing"
        case .cropSize: "make crops of that size with convert align --image-size"
        case .differentSizes: "evaluate each by itself, and compare with --baseline pair_scores.csv"
        }
    }
}
