import Glibc

/// Whether what lies at a path can only have been written by this user.
public enum FilePrivacy {
    /// Throws `FileError.notPrivate` for a file or folder that another user owns, or that others may write to; links are followed.
    public static func check(_ path: String) throws(FileError) {
        var status = stat()
        if stat(PathText.system(path), &status) == 0, let reason = objection(status) { throw .notPrivate(path: path, reason: reason) }
    }

    /// What speaks against it, as the end of a sentence that begins with the path; nil for nothing.
    static func objection(_ status: stat) -> String? {
        if status.st_uid != geteuid() { return "another user owns it (number \(status.st_uid))" }
        if status.st_mode & 0o022 != 0 { return "it is writable by others (mode \(String(status.st_mode & 0o7777, radix: 8)))" }
        return nil
    }
}
