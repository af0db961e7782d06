import ConvertFiles

/// What keeps work from being done in parts, or parts from being merged.
public enum ShardError: DescribedError, Equatable {
    /// No scheduler says which part this is.
    case noScheduler([String])
    /// More than one scheduler says which part this is.
    case severalSchedulers([String])
    /// A scheduler's number is not that of a part.
    case notInRange(variable: String, value: String, allowed: ClosedRange<Int>)
    /// The file is not a manifest.
    case notManifest(path: String, line: Int, reason: String)
    /// A file is not as the manifest has it.
    case changed(path: String, manifest: String)
    /// A picture is not the one that embeddings were made of.
    case otherPicture(path: String, parts: String)
    /// The manifest names no picture.
    case noPictures(manifest: String)
    /// Images of the pairs are not in the manifest.
    case missingImages(manifest: String, first: String, count: Int, total: Int)
    /// A part was made of or with something else.
    case differs(path: String, what: String, there: String, here: String)
    /// The folder holds parts of a list that was divided in a different way.
    case otherDivision(path: String, there: Int, here: Int)
    /// A part's files contradict themselves.
    case damagedPart(path: String, reason: String)
    /// The folder holds no part.
    case noParts(folder: String)
    /// Parts that are not there, or not finished.
    case incomplete(folder: String, missing: [Int], of: Int)
    /// Parts of different work were expected.
    case otherWork(folder: String, work: String, wanted: String)

    /// The result is a table, and the file's ending is not that of one.
    case unknownForm(path: String, work: String)

    /// What is wrong.
    public var problem: String {
        switch self {
        case .noScheduler(let names): "no scheduler says which part this is: none of \(names.joined(separator: ", ")) is set"
        case .severalSchedulers(let names): "several schedulers say which part this is: \(names.joined(separator: ", ")) are set"
        case .notInRange(let variable, let value, let allowed):
            "\(variable) is \(value), and the parts are \(allowed.lowerBound) to \(allowed.upperBound)"
        case .notManifest(let path, let line, let reason): "\(path): line \(line): \(reason)"
        case .changed(let path, let manifest): "\(path): is not the file that \(PathText.baseName(manifest)) lists"
        case .otherPicture(let path, let parts): "\(path): is not the picture that the parts in \(parts) were made of"
        case .noPictures(let manifest): "\(manifest): lists no picture"
        case .missingImages(let manifest, let first, let count, let total):
            "\(manifest): \(NumberText.grouped(count)) of the \(NumberText.grouped(total)) images that the pairs name are not in it, "
                + "\(first) first"
        case .differs(let path, let what, let there, let here): "\(path): has a different \(what): \(there), not \(here)"
        case .otherDivision(let path, let there, let here): "\(path): is one of \(there) parts, not of \(here)"
        case .damagedPart(let path, let reason): "\(path): \(reason)"
        case .noParts(let folder): "\(folder): holds no finished part"
        case .incomplete(let folder, let missing, let count):
            "\(folder): \(NumberText.grouped(missing.count)) of \(NumberText.counted(count, "part")) "
                + (missing.count == 1 ? "is missing" : "are missing")
        case .unknownForm(let path, let work):
            "\(path): the result of \(work) is written as \(RunOutput.Form.allCases.map { ".\($0.rawValue)" }.joined(separator: " "))"
        case .otherWork(let folder, let work, let wanted): "\(folder): holds parts of \(work), not of \(wanted)"
        }
    }

    /// What to do about it.
    public var remedy: String {
        switch self {
        case .noScheduler: "start it in an array of tasks, or give the index: 0/N is the first"
        case .severalSchedulers: "give the index itself"
        case .notInRange: "number the array's tasks so, or give the index"
        case .notManifest: "write the manifest again"
        case .changed: "write the manifest again and start all parts again, or restore the file"
        case .otherPicture: "name the folder of those pictures, or make the parts again"
        case .noPictures: "write the manifest of a folder with pictures"
        case .missingImages: "write the manifest again, or leave their pairs out"
        case .differs, .otherDivision: "make all parts in the same way, and other parts in a folder of their own"
        case .damagedPart: "remove the part's files, and make it again"
        case .noParts: "make the parts first"
        case .incomplete(_, let missing, _): "make them, \(ShardError.arrayText(missing))"
        case .unknownForm: "name it with one of these endings"
        case .otherWork: "name the folder with the right parts"
        }
    }

    /// What the caller could decide otherwise.
    public var decisions: [Decision] {
        switch self {
        case .missingImages: [.allowMissing]
        default: []
        }
    }

    /// Indices as `sbatch` takes them: `--array=3,7-9`.
    public static func arrayText(_ indices: [Int]) -> String {
        var runs: [ClosedRange<Int>] = []
        for index in indices.sorted() {
            if let last = runs.last, last.upperBound + 1 == index {
                runs[runs.count - 1] = last.lowerBound...index
            } else {
                runs.append(index...index)
            }
        }
        return "--array="
            + runs.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }.joined(separator: ",")
    }
}
