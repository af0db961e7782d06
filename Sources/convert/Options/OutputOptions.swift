import Arguments
import ConvertFiles
import Glibc

/// Options about what a command writes and prints.
enum OutputOptions {
    static let force = Flag("--force", short: "f", help: "replace files that exist")
    static let quiet = Flag("--quiet", short: "q", help: "print nothing unless something is wrong", conflicts: ["--verbose"])
    static let verbose = Flag("--verbose", help: "after an error also its details, such as all keys of an unknown network")
    static let json = Flag("--json", help: "print the result as one JSON document (docs/json.md)")

    /// Whether a folder exists there, or the name can only be a folder's.
    static func isFolder(_ path: String) -> Bool {
        var status = stat()
        if stat(PathText.system(path), &status) == 0 { return status.st_mode & S_IFMT == S_IFDIR }
        return path.utf8.last == UInt8(ascii: "/")
    }

    /// Throws if a folder is named and a file is needed.
    /// - Parameter example: a file's name in it, for the message.
    static func checkIsFile(_ path: String, example: String) throws(UsageError) {
        if isFolder(path) { throw .outputIsFolder(path, example: PathText.join(path, example)) }
    }
}
