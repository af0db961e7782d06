import Glibc

/// Folders that outputs go to: one that exists is used, one level is created.
public enum OutputFolder {
    /// Everything that can be known of a folder before it is needed: it can be written to, or created in one that can. Creates nothing.
    /// - Returns: whether it is there.
    /// - Throws: `FileError.outputFolderMissing`, `notFolder` or `writeFailed`.
    public static func check(_ path: String) throws(FileError) -> Bool {
        var status = stat()
        guard stat(path, &status) == 0 else {
            let parent = PathText.folder(path)
            guard stat(parent, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
                throw .outputFolderMissing(path: path, folder: parent)
            }
            guard access(parent, W_OK | X_OK) == 0 else { throw .writeFailed(path: path, reason: lastSystemError()) }
            return false
        }
        guard status.st_mode & S_IFMT == S_IFDIR else { throw .notFolder(path: path) }
        guard access(path, W_OK | X_OK) == 0 else { throw .writeFailed(path: path, reason: lastSystemError()) }
        return true
    }

    /// Creates a folder whose parent exists; one that is there already is fine.
    public static func create(_ path: String, mode: mode_t = 0o777) throws(FileError) {
        if mkdir(path, mode) == 0 { return }
        let reason = errno
        var status = stat()
        if reason == EEXIST, stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR { return }
        if reason == ENOENT { throw .outputFolderMissing(path: path, folder: PathText.folder(path)) }
        throw .writeFailed(path: path, reason: systemErrorText(reason))
    }
}
