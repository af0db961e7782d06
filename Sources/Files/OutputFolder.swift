import Glibc

/// Folders that outputs go to: one that exists is used, one level is created.
public enum OutputFolder {
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
