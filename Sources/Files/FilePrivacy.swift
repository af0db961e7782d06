import Glibc

/// Checks that only this user can have written a file or folder.
public enum FilePrivacy {
    /// Throws `FileError.notPrivate` if another user owns the file or folder, or others may write to it; links are followed.
    public static func check(_ path: String) throws(FileError) {
        var status = stat()
        if stat(PathText.system(path), &status) == 0, let reason = objection(status) { throw .notPrivate(path: path, reason: reason) }
    }

    /// Why the file is not private, as a clause that follows the path; nil if it is.
    static func objection(_ status: stat) -> String? {
        if status.st_uid != geteuid() { return "another user owns it (number \(status.st_uid))" }
        if status.st_mode & 0o022 != 0 { return "it is writable by others (mode \(String(status.st_mode & 0o7777, radix: 8)))" }
        return nil
    }
}
