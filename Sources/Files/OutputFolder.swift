import CInterruption
import Glibc

/// Folders for outputs: an existing one is used, and one level is created.
public enum OutputFolder {
    /// Checks everything that can be known about a folder before it is needed: it is writable, or can be created in one that is. Creates
    /// nothing.
    /// - Returns: whether it exists.
    /// - Throws: `FileError.outputFolderMissing`, `notFolder` or `writeFailed`.
    public static func check(_ path: String) throws(FileError) -> Bool {
        var status = stat()
        guard stat(PathText.system(path), &status) == 0 else {
            let parent = PathText.folder(path)
            guard stat(PathText.system(parent), &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
                throw .outputFolderMissing(path: path, folder: parent)
            }
            guard access(PathText.system(parent), W_OK | X_OK) == 0 else { throw .writeFailed(path: path, reason: lastSystemError()) }
            return false
        }
        guard status.st_mode & S_IFMT == S_IFDIR else { throw .notFolder(path: path) }
        guard access(PathText.system(path), W_OK | X_OK) == 0 else { throw .writeFailed(path: path, reason: lastSystemError()) }
        return true
    }

    /// Creates a folder whose parent exists; does nothing if it already exists.
    public static func create(_ path: String, mode: mode_t = 0o777) throws(FileError) {
        if mkdir(PathText.system(path), mode) == 0 {
            if let reason = sync(PathText.folder(path)) { throw .notSynced(path: path, reason: reason) }
            return
        }
        let reason = errno
        var status = stat()
        if reason == EEXIST, stat(PathText.system(path), &status) == 0, status.st_mode & S_IFMT == S_IFDIR { return }
        if reason == ENOENT { throw .outputFolderMissing(path: path, folder: PathText.folder(path)) }
        throw .writeFailed(path: path, reason: systemErrorText(reason))
    }

    /// Throws `FileError.leavesFolder` if `path`, or its nearest existing parent, is outside `root` once links are followed.
    public static func check(_ path: String, within root: String) throws(FileError) {
        guard let base = PathText.resolved(root) else { return }
        var known = path
        // A dangling link has no target yet, but writing through it would create one.
        while PathText.resolved(known) == nil {
            if PathText.isLink(known) { throw .leavesFolder(path: path, folder: root) }
            let above = PathText.folder(known)
            if above == known || above == "." { return }
            known = above
        }
        guard let place = PathText.resolved(known) else { return }
        if place != base, PathText.below(base, place) == nil { throw .leavesFolder(path: path, folder: root) }
    }

    /// Waits until a folder's names are on disk.
    /// - Parameter descriptor: an open file on the same file system, which is synced as a whole if the folder itself may not be opened for
    ///   reading.
    /// - Returns: the system's reason if it failed; nil if it did not, or if the file system does not sync folders.
    static func sync(_ path: String, holding descriptor: Int32 = -1) -> String? {
        interruption_sync_folder(PathText.system(path), descriptor) == 0 ? nil : lastSystemError()
    }
}
