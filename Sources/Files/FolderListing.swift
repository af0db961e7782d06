import Glibc

/// Lists folders.
public enum FolderListing {
    /// Throws `FileError.missing`, `notFolder` or `unreadable` if files in the folder cannot be reached.
    public static func check(_ path: String) throws(FileError) {
        var status = stat()
        guard stat(PathText.system(path), &status) == 0 else {
            throw errno == ENOENT ? .missing(path: path) : .unreadable(path: path, reason: lastSystemError())
        }
        guard status.st_mode & S_IFMT == S_IFDIR else { throw .notFolder(path: path) }
        guard access(PathText.system(path), X_OK) == 0 else { throw .unreadable(path: path, reason: lastSystemError()) }
    }

    /// Whether a folder is there, links followed.
    public static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(PathText.system(path), &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// The names in a folder except `.` and `..`, sorted by their bytes. Throws `FileError.unreadable`.
    public static func names(in folder: String) throws(FileError) -> [String] {
        guard let stream = opendir(PathText.system(folder)) else { throw .unreadable(path: folder, reason: lastSystemError()) }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { PathText.text($0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }
}
