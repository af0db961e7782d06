import Arguments
import ConvertFiles
import PthReader

/// Options that choose files of folders, for commands that take several.
enum ManyFiles {
    static let include = Option(
        "--include", "GLOB", .text, isRepeatable: true, help: "of folders, only files whose names match; with a slash, whose paths match")
    static let exclude = Option(
        "--exclude", "GLOB", .text, isRepeatable: true, help: "of folders, no files and folders that match")

    /// Whether operands name several files: more than one, or a folder or pattern.
    static func areNamed(_ operands: [String]) -> Bool {
        operands.count > 1 || operands.first.map(FileSelection.mayBeSeveral) == true
    }

    /// Whether a file of a folder is none of the kinds that are read here, such as a picture next to checkpoints.
    static func isOther(_ error: any Error, below: String?) -> Bool {
        guard below != nil, case .unknownContainer? = error as? PthError else { return false }
        return true
    }

    /// The files that operands name. Throws if there are none.
    static func selection(_ given: Invocation) throws -> FileSelection {
        if !given.operands.contains(where: OutputOptions.isFolder) {
            try given.refuse([include, exclude], because: "it chooses files of a folder, and none is named")
        }
        let files = try FileSelection(given.operands, including: given.all(include), excluding: given.all(exclude))
        guard !files.items.isEmpty else { throw FileError.nothingFound(path: given.operands.joined(separator: ", ")) }
        return files
    }
}
